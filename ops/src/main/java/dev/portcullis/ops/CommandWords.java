package dev.portcullis.ops;

import dev.portcullis.ops.command.Subcommands;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.SettingsHelp;
import dev.portcullis.ops.server.StartException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The words behind {@code ops/run}: options and commands. A class of its own, so that a start without words loads nothing of it. */
final class CommandWords {
    private CommandWords() {}

    /** Does what the words ask for. */
    static ExitCode run(String[] arguments) {
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
        return Main.guarded(() -> parsed.hasSubcommand()
                ? runSubcommand(parsed.subcommand())
                : Main.start(parsed.hasMatchedOption("--check")));
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

    private static CommandSpec spec() {
        var spec = CommandSpec.create().name("ops/run");
        spec.version("Portcullis " + Main.version(), "Java " + Runtime.version());
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
}
