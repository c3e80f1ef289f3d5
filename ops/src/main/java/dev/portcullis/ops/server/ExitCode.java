package dev.portcullis.ops.server;

/** What the process tells its supervisor when it ends (the numbers of BSD's {@code sysexits.h}). */
public enum ExitCode {
    OK(
            0,
            "stopped by SIGINT or SIGTERM after draining, or there was nothing to do but answer --help, --version or --check"),
    USAGE(64, "the command line is wrong"),
    DIFFERS(65, "migrate: what was copied is not what the source holds"),
    UNAVAILABLE(69, "something the server needs is not to be had: the store does not open, or a port is in use"),
    INTERNAL(70, "a defect of the server itself"),
    NOT_EMPTY(73, "migrate: the target holds something already"),
    NEEDS_SCOPE(76, "explain: allowed with a token that has more scopes"),
    DENIED(77, "explain: not allowed"),
    CONFIG(78, "the settings are wrong; all mistakes are listed, each with its mend");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    public String meaning() {
        return meaning;
    }
}
