package dev.portcullis.ops.command;

import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ops/run sweep}: forgets what has ended, without waiting for the store to do it (O-183). */
final class SweepCommand implements Subcommand {
    @Override
    public String name() {
        return "sweep";
    }

    @Override
    public CommandSpec spec() {
        return Administration.spec(
                name(), "Forget now what has ended; asks the running server, which does it by itself every minute.");
    }

    @Override
    public ExitCode run(ParseResult parsed) throws StartException, InterruptedException {
        return Administration.bySettings().post("/admin/sweep", "");
    }
}
