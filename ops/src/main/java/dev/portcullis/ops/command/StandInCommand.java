package dev.portcullis.ops.command;

import dev.portcullis.ops.log.Logs;
import dev.portcullis.ops.server.ConfigLoader;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.MasterKeyFile;
import dev.portcullis.ops.server.Running;
import dev.portcullis.ops.server.ServerConfig.SignInBy;
import dev.portcullis.ops.server.ShutdownHook;
import dev.portcullis.ops.server.StandIn;
import dev.portcullis.ops.server.StartException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code ops/run stand-in}: the local stand-in for Access by itself, for several servers that share it. A sign-in begins at one of them and ends at another: with a
 * stand-in each, the second one would not know of it.
 */
final class StandInCommand implements Subcommand {
    @Override
    public String name() {
        return "stand-in";
    }

    @Override
    public CommandSpec spec() {
        return Administration.spec(
                name(),
                "Start only the local stand-in for Access, in the foreground, for several servers that share it; print the"
                        + " settings by which they do. With an identity provider in the settings: start nothing.");
    }

    @Override
    public ExitCode run(ParseResult parsed) throws StartException, InterruptedException {
        var config = ConfigLoader.load(System.getenv(), Path.of("")).config();
        if (!(config.signInBy() instanceof SignInBy.LocalStandIn(int port))) {
            System.err.println("The settings name an identity provider: the stand-in is not needed.");
            return ExitCode.OK;
        }
        Logs.install(config.logLevel());
        var key = MasterKeyFile.of(config.masterKey());
        var running = new Running();
        var standIn = running.add(
                "the stand-in for Access", StandIn.start(port, config.callbackUrl(), key, InstantSource.system()));
        ShutdownHook.install(running, Duration.ZERO);
        var provider = standIn.oidcSettings();
        List.of(
                        "ACCESS_CLIENT_ID=" + provider.clientId(),
                        "ACCESS_CLIENT_SECRET=" + provider.clientSecret(),
                        "ACCESS_ISSUER=" + provider.issuer())
                .forEach(System.out::println);
        System.out.flush();
        running.awaitTermination();
        return ExitCode.OK;
    }
}
