package dev.portcullis.ops.command;

import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Something else than starting the server that {@code ops/run WORD} does. */
public interface Subcommand {
    /** @return the word */
    String name();

    /** @return its options and what {@code --help} says of it */
    CommandSpec spec();

    /**
     * Does it.
     *
     * @param parsed its options; none of them asks for help
     * @throws StartException settings are wrong, or something that it needs is not to be had
     */
    ExitCode run(ParseResult parsed) throws StartException, InterruptedException;
}
