package dev.portcullis.ops.command;

import java.util.List;

/** All words there are, in the order of {@code --help}. A new one is one more entry here. */
public final class Subcommands {
    public static final List<Subcommand> ALL = List.of(
            new ExplainCommand(), new GrantsCommand(), new RevokeCommand(), new SweepCommand(), new StandInCommand());

    private Subcommands() {}
}
