package dev.portcullis.ops.server;

import java.util.ArrayList;
import java.util.List;

/** The part of {@code --help} that is about settings and exit codes: printed from the tables, so that it cannot differ from them. */
public final class SettingsHelp {
    private static final int TEXT_COLUMNS = 92;

    private SettingsHelp() {}

    /** @return the lines of the help text */
    public static List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add("");
        lines.add("Settings come from the environment, from .dev.vars and from portcullis.yaml in the current");
        lines.add("directory; the first of them that has one wins. An empty value is no value. In portcullis.yaml");
        lines.add("a name may also be in lower case with dashes, and nested: access: {client-id: …} is");
        lines.add("ACCESS_CLIENT_ID.");
        for (Setting.Group group : Setting.Group.values()) {
            lines.add("");
            lines.add(group.title() + ":");
            for (Setting setting : Setting.of(group)) {
                lines.add("  " + setting + defaultOf(setting));
                wrap("      ", setting.meaning() + exampleOf(setting), lines);
            }
        }
        lines.add("");
        lines.add("Exit codes:");
        for (ExitCode code : ExitCode.values()) {
            wrap("  %2d  ".formatted(code.number()), code.meaning(), lines);
        }
        return lines;
    }

    private static String defaultOf(Setting setting) {
        String unit = setting.unit().isEmpty() || setting.unit().equals("port") ? "" : " " + setting.unit();
        return setting.defaultText().isEmpty() ? "" : " (" + setting.defaultText() + unit + ")";
    }

    private static String exampleOf(Setting setting) {
        return setting.kind() == Setting.Kind.NUMBER ? "" : "; e.g. " + setting.example();
    }

    private static void wrap(String first, String text, List<String> lines) {
        var line = new StringBuilder(first);
        for (String word : text.split(" ", -1)) {
            if (line.length() + word.length() > TEXT_COLUMNS && line.length() > first.length()) {
                lines.add(line.toString().stripTrailing());
                line.setLength(0);
                line.repeat(' ', first.length());
            }
            line.append(word).append(' ');
        }
        lines.add(line.toString().stripTrailing());
    }
}
