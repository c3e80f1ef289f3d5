package dev.portcullis.ops.command;

import dev.portcullis.ops.server.ConfigLoader;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code ops/run explain}: which rule decides. */
final class ExplainCommand implements Subcommand {
    @Override
    public String name() {
        return "explain";
    }

    @Override
    public String meaning() {
        return "Say what somebody may do by the settings here, and which rule decides. Without a tool, prompt, resource, scope or sign-in to ask about: all tools.";
    }

    @Override
    public List<OptionSpec> options() {
        return List.of();
    }

    @Override
    public CommandSpec spec() {
        var spec = Subcommand.super.spec();
        Explain.describe(spec);
        return spec;
    }

    @Override
    public ExitCode run(ParseResult parsed) throws StartException {
        var loaded = ConfigLoader.load(System.getenv(), Path.of(""));
        return Explain.run(parsed, loaded.config(), System.out, System.err);
    }
}
