package dev.portcullis.ops.metrics;

import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Calls of one kind of thing, by name and outcome, and how long they took. Any thread; names are added under the lock. */
final class CallMeters {
    /** Names with series of their own, over the life of the server. */
    private static final int NAMES_MAX = 1_000;

    private final PrometheusMeterRegistry registry;
    private final String label;
    private final String counter;
    private final String help;
    private final LatencyHistograms durations;
    private final Meters unknown;
    private volatile Map<String, Meters> byName;

    private record Meters(EnumCounters<ToolOutcome> ended, LatencyHistograms.Histogram duration) {}

    /** @param counter in the plural, such as {@code portcullis.tool.calls}; durations are called after one of them */
    CallMeters(PrometheusMeterRegistry registry, String label, String counter, String help) {
        this.registry = registry;
        this.label = label;
        this.counter = counter;
        this.help = help;
        String one = counter.substring(0, counter.length() - 1).replace('.', '_');
        this.durations = new LatencyHistograms(one + "_duration_seconds", help + ": how long it took", label);
        registry.getPrometheusRegistry().register(durations);
        this.unknown = meters(PrometheusTelemetry.UNKNOWN);
        this.byName = Map.of(PrometheusTelemetry.UNKNOWN, unknown);
    }

    private Meters meters(String name) {
        return new Meters(
                new EnumCounters<>(
                        registry,
                        ToolOutcome.class,
                        "outcome",
                        counter,
                        help + ", by " + label + " and outcome",
                        Tags.of(label, name)),
                durations.histogram(name));
    }

    synchronized void add(Set<String> names) {
        var meters = new HashMap<>(byName);
        for (String name : names) {
            if (meters.size() < NAMES_MAX) {
                meters.computeIfAbsent(name, this::meters);
            }
        }
        byName = Map.copyOf(meters);
    }

    void ended(String name, ToolOutcome outcome, long nanos) {
        var meters = byName.getOrDefault(name, unknown);
        meters.ended().increment(outcome);
        meters.duration().record(nanos);
    }
}
