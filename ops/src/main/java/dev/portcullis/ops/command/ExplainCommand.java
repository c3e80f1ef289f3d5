package dev.portcullis.ops.command;

import dev.portcullis.ops.server.ConfigLoader;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ops/run explain}: {@link Explain}, by the settings of the current folder. */
final class ExplainCommand implements Subcommand {
    @Override
    public String name() {
        return Explain.NAME;
    }

    @Override
    public CommandSpec spec() {
        return Explain.spec();
    }

    @Override
    public ExitCode run(ParseResult parsed) throws StartException {
        var loaded = ConfigLoader.load(System.getenv(), Path.of(""));
        return Explain.run(parsed, loaded.config(), System.out, System.err);
    }
}
