package dev.portcullis.ops.command;

import dev.portcullis.ops.log.Logs;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import java.nio.file.Path;
import java.time.Clock;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ops/run migrate}: {@link Migration}, by the settings of the current folder. */
final class MigrateCommand implements Subcommand {
    @Override
    public String name() {
        return Migration.NAME;
    }

    @Override
    public CommandSpec spec() {
        return Migration.spec();
    }

    @Override
    @SuppressWarnings("SystemConsoleNull") // The console of java.base, JDK 25's default, is null without a terminal.
    public ExitCode run(ParseResult parsed) throws StartException {
        Logs.install(System.Logger.Level.WARNING);
        var console = System.console();
        boolean isTerminal = console != null && console.isTerminal();
        return new Migration(System.getenv(), Path.of(""), System.out, System.err, isTerminal, Clock.systemUTC())
                .run(parsed);
    }
}
