package dev.portcullis.ops.command;

import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import java.util.List;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code ops/run sweep}: forgets what has ended, without waiting for the store to do it (O-183). */
final class SweepCommand implements Subcommand {
    @Override
    public String name() {
        return "sweep";
    }

    @Override
    public String meaning() {
        return "Forget now what has ended; asks the running server, which does it by itself every minute.";
    }

    @Override
    public List<OptionSpec> options() {
        return List.of();
    }

    @Override
    public ExitCode run(ParseResult parsed) throws StartException, InterruptedException {
        return Administration.bySettings().post("/admin/sweep", "");
    }
}
