package dev.portcullis.ops.server;

import java.util.List;

/** The settings are wrong. {@link #report} lists every mistake. */
public final class ConfigException extends StartException {
    private static final long serialVersionUID = 1;

    private final transient List<Mistake> mistakes;

    /**
     * One thing that is wrong.
     *
     * @param what what is wrong, with the place it stands in and, unless secret, the value
     * @param mend what to do about it
     */
    public record Mistake(String what, String mend) {}

    ConfigException(List<Mistake> mistakes) {
        super(ExitCode.CONFIG, report(mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    public List<Mistake> mistakes() {
        return mistakes;
    }

    /** @return one message for the operator: every mistake with its mend, a line each */
    public String report() {
        return report(mistakes);
    }

    private static String report(List<Mistake> mistakes) {
        var text = new StringBuilder(
                mistakes.size() == 1 ? "One setting is wrong:" : mistakes.size() + " settings are wrong:");
        for (Mistake mistake : mistakes) {
            text.append("\n  - ").append(mistake.what).append("\n    ").append(mistake.mend);
        }
        return text.toString();
    }
}
