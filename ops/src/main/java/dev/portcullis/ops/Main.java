package dev.portcullis.ops;

import dev.portcullis.ops.command.Subcommands;
import dev.portcullis.ops.devidp.Person;
import dev.portcullis.ops.log.Logs;
import dev.portcullis.ops.server.Banner;
import dev.portcullis.ops.server.ConfigLoader;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.Product;
import dev.portcullis.ops.server.Running;
import dev.portcullis.ops.server.SettingsHelp;
import dev.portcullis.ops.server.ShutdownHook;
import dev.portcullis.ops.server.StartException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The command: reads the settings, starts the server, and waits for the signal to stop. Every way out has an {@link ExitCode}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Logs.keepThroughShutdown();
        ExitCode code = run(arguments);
        // While the server runs, only a signal ends it, and then ShutdownHook says with which code.
        System.exit(code.number());
    }

    private static ExitCode run(String[] arguments) {
        var command = new CommandLine(spec());
        Subcommands.ALL.forEach(subcommand -> command.addSubcommand(subcommand.name(), subcommand.spec()));
        CommandLine.ParseResult parsed;
        try {
            parsed = command.parseArgs(arguments);
        } catch (CommandLine.ParameterException e) {
            System.err.println(e.getMessage() + " (--help lists what there is)");
            return ExitCode.USAGE;
        }
        if (parsed.isUsageHelpRequested()) {
            command.usage(System.out);
            return ExitCode.OK;
        }
        if (parsed.isVersionHelpRequested()) {
            command.printVersionHelp(System.out);
            return ExitCode.OK;
        }
        return run(parsed);
    }

    private static ExitCode run(CommandLine.ParseResult parsed) {
        try {
            if (parsed.hasSubcommand()) {
                return runSubcommand(parsed.subcommand());
            }
            boolean isCheck = parsed.hasMatchedOption("--check");
            var environment = System.getenv();
            var loaded = ConfigLoader.load(environment, Path.of(""));
            Logs.install(loaded.config().logLevel());
            if (isCheck) {
                warnings(loaded).forEach(warning -> System.out.println("warning: " + warning));
                System.out.println("The settings are right.");
                return ExitCode.OK;
            }
            serve(loaded, environment);
            return ExitCode.OK;
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

    private static ExitCode runSubcommand(CommandLine.ParseResult parsed) throws StartException, InterruptedException {
        String name = parsed.commandSpec().name();
        if (parsed.isUsageHelpRequested()) {
            new CommandLine(parsed.commandSpec()).usage(System.out);
            return ExitCode.OK;
        }
        for (var subcommand : Subcommands.ALL) {
            if (name.equals(subcommand.name())) {
                return subcommand.run(parsed);
            }
        }
        throw new IllegalStateException("no command " + name);
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

    private static CommandSpec spec() {
        var spec = CommandSpec.create().name("ops/run");
        spec.version("Portcullis " + version(), "Java " + Runtime.version());
        spec.usageMessage()
                .width(100)
                .description(
                        "Starts Portcullis, an MCP server with sign-in, in the foreground; or, with a command, does that.",
                        "")
                .footer(SettingsHelp.lines().stream()
                        .map(line -> line.replace("%", "%%"))
                        .toArray(String[]::new));
        spec.addOption(OptionSpec.builder("--check")
                .description("Check the settings, say what is wrong with them, and exit.")
                .build());
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this text and exit.")
                .build());
        spec.addOption(OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Show the version and exit.")
                .build());
        return spec;
    }

    /** @return the version in the jar's manifest; there is none while classes are run from folders */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(unpacked)" : version;
    }
}
