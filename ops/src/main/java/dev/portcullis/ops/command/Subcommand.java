package dev.portcullis.ops.command;

import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Something else than starting the server that {@code ops/run WORD} does. */
public interface Subcommand {
    /** @return the word */
    String name();

    /** @return what {@code ops/run --help} says, one line */
    String meaning();

    /** @return its options */
    List<OptionSpec> options();

    /**
     * Does it.
     *
     * @param parsed its options
     * @throws StartException settings are wrong, or something that it needs is not to be had
     */
    ExitCode run(ParseResult parsed) throws StartException, InterruptedException;

    /** @return for the command line */
    default CommandSpec spec() {
        var spec = CommandSpec.create().name(name());
        spec.usageMessage().width(100).description(meaning());
        options().forEach(spec::addOption);
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this text and exit.")
                .build());
        return spec;
    }
}
