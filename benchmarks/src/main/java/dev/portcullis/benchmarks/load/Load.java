package dev.portcullis.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs scenarios: {@code Load [option …] SCENARIO … -- COMMAND}, where the command starts the product. {@code ops/bench load} calls it. */
public final class Load {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 64;
    private static final int MISSING = 69;

    private final List<Scenario> scenarios = new ArrayList<>();
    private final List<String> java = new ArrayList<>();
    private List<String> serverPin = List.of();
    private Map<String, String> facts = Map.of();
    private Path results = Path.of("");
    private boolean isQuick;

    /** By Ctrl-C, or a signal: what is measured then fails because its servers end. */
    private volatile boolean isEnding;

    private Load() {}

    /** Exit code: 0 all ran, whether aims are met or not; 1 a scenario failed; 64 what was asked is wrong; 69 something is missing. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (List.of(arguments).contains("--help")) {
            Scenario.ALL.forEach(scenario -> System.out.printf("  %-10s %s%n", scenario.name(), scenario.help()));
            return;
        }
        var load = new Load();
        try {
            load.read(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(USAGE);
        }
        System.exit(load.run());
    }

    private void read(String[] arguments) throws IOException {
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--quick" -> isQuick = true;
                case "--all" -> scenarios.addAll(Scenario.ALL);
                case "--facts" -> facts = readFacts(Path.of(arguments[++i]));
                case "--results" -> results = Path.of(arguments[++i]);
                case "--pin" -> serverPin = List.of(arguments[++i].split(" "));
                case "--" -> {
                    java.addAll(List.of(arguments).subList(i + 1, arguments.length));
                    i = arguments.length;
                }
                default -> scenarios.add(scenario(arguments[i]));
            }
        }
        if (scenarios.isEmpty()) {
            throw new IllegalArgumentException("Which scenario? --help lists them.");
        }
    }

    private static Scenario scenario(String name) {
        return Scenario.ALL.stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No scenario " + name + ": --help lists them."));
    }

    /** A word, spaces, its value, line by line. */
    private static Map<String, String> readFacts(Path file) throws IOException {
        var facts = new LinkedHashMap<String, String>();
        for (String line : Files.readAllLines(file)) {
            String[] nameAndValue = line.split(" +", 2);
            facts.put(nameAndValue[0], nameAndValue[nameAndValue.length - 1]);
        }
        return facts;
    }

    /** The command that measures it alone, and when. */
    private Map<String, String> factsOf(Scenario scenario) {
        var own = new LinkedHashMap<>(facts);
        own.computeIfPresent("command", (_, command) -> command + " " + scenario.name());
        own.computeIfPresent(
                "date", (_, _) -> Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return own;
    }

    private int run() throws IOException, InterruptedException {
        int code = OK;
        long begun = System.nanoTime();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> isEnding = true));
        for (var scenario : scenarios) {
            System.out.printf(
                    "%n[%d/%d, %s so far] %s: %s%n",
                    scenarios.indexOf(scenario) + 1, scenarios.size(), since(begun), scenario.name(), scenario.help());
            var report = new Report(scenario.name(), factsOf(scenario), System.out);
            try (var lab = new Lab(new Lab.Setup(java, serverPin, isQuick))) {
                scenario.run(lab, report);
                report.write(results);
            } catch (MissingException e) {
                System.err.println(e.getMessage());
                return MISSING;
            } catch (RuntimeException e) { // not even a bug of a scenario loses the others' figures
                if (isEnding) {
                    System.err.println(scenario.name() + " was ended, and keeps nothing");
                    return FAILED;
                }
                tell(scenario, e);
                code = FAILED;
            }
        }
        System.out.printf("%nThat took %s.%n", since(begun));
        return code;
    }

    private static void tell(Scenario scenario, RuntimeException failure) {
        boolean isExpected = failure instanceof LoadException;
        System.err.println(scenario.name() + " failed: " + (isExpected ? failure.getMessage() : failure));
        var unexpected = isExpected ? failure.getCause() : failure;
        if (unexpected != null) {
            unexpected.printStackTrace();
        }
    }

    private static String since(long begun) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        return String.format(Locale.ROOT, "%d:%02d min", seconds / 60, seconds % 60);
    }
}
