package dev.portcullis.ops;

import dev.portcullis.ops.devidp.Person;
import dev.portcullis.ops.log.Logs;
import dev.portcullis.ops.server.Banner;
import dev.portcullis.ops.server.ConfigLoader;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.Product;
import dev.portcullis.ops.server.Running;
import dev.portcullis.ops.server.ShutdownHook;
import dev.portcullis.ops.server.StartException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The command: reads the settings, starts the server, and waits for the signal to stop. Every way out has an {@link ExitCode}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Logs.keepThroughShutdown();
        ExitCode code = run(arguments);
        // While the server runs, only a signal ends it, and then ShutdownHook says with which code.
        System.exit(code.number());
    }

    /** Words are read by a library that brings hundreds of classes: a server, which is started without any, does not wait for it. */
    private static ExitCode run(String[] arguments) {
        return arguments.length == 0 ? guarded(() -> start(false)) : CommandWords.run(arguments);
    }

    /** What the command line asks for. */
    interface Work {
        ExitCode run() throws StartException, InterruptedException;
    }

    static ExitCode guarded(Work work) {
        try {
            return work.run();
        } catch (StartException e) {
            System.err.println(e.explanation());
            return e.exitCode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.INTERNAL;
        } catch (RuntimeException e) {
            Logs.install(Level.INFO);
            System.getLogger(Main.class.getName()).log(Level.ERROR, "the server failed", e);
            return ExitCode.INTERNAL;
        }
    }

    /** @param isCheck only say what is wrong with the settings; else the server is started, and this returns when it has stopped */
    static ExitCode start(boolean isCheck) throws StartException, InterruptedException {
        var environment = System.getenv();
        var loaded = ConfigLoader.load(environment, Path.of(""));
        Logs.install(loaded.config().logLevel());
        if (isCheck) {
            warnings(loaded).forEach(warning -> System.out.println("warning: " + warning));
            System.out.println("The settings are right.");
        } else {
            serve(loaded, environment);
        }
        return ExitCode.OK;
    }

    private static void serve(ConfigLoader.Loaded loaded, Map<String, String> environment)
            throws StartException, InterruptedException {
        var config = loaded.config();
        var running = new Running();
        var bound = Product.start(config, running);
        ShutdownHook.install(running, Duration.ofSeconds(config.drainSeconds()));
        var people = Person.READY_MADE.stream().map(Person::email).toList();
        new Banner(System.out, isColoured(environment.get("NO_COLOR"))).print(bound, people, warnings(loaded));
        running.awaitTermination();
    }

    private static List<String> warnings(ConfigLoader.Loaded loaded) {
        return Stream.concat(loaded.warnings().stream(), Product.warnings(loaded.config()).stream())
                .toList();
    }

    /** See no-color.org; and no escapes into files and pipes. */
    @SuppressWarnings("SystemConsoleNull") // The console of java.base, JDK 25's default, is null without a terminal.
    private static boolean isColoured(@Nullable String noColor) {
        var console = System.console();
        return (noColor == null || noColor.isEmpty()) && console != null && console.isTerminal();
    }

    /** @return the version in the jar's manifest; there is none while classes are run from folders */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(unpacked)" : version;
    }
}
