package dev.portcullis.ops.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/**
 * Durations of one kind, a histogram for each value of a label. Recording is two additions to striped counters: a Micrometer timer with a histogram does the same and
 * also keeps a decaying maximum, for which it reads the clock, and costs several times as much on a path that runs once a request.
 */
final class LatencyHistograms implements Collector {
    /** Upper bounds of buckets, in nanoseconds: from what is done in memory to what waits for others. */
    private static final long[] BOUNDS = {
        250_000L,
        1_000_000L,
        2_500_000L,
        5_000_000L,
        10_000_000L,
        25_000_000L,
        50_000_000L,
        100_000_000L,
        250_000_000L,
        500_000_000L,
        1_000_000_000L,
        2_500_000_000L,
        5_000_000_000L,
        10_000_000_000L,
        60_000_000_000L,
    };

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double[] BOUNDS_SECONDS = boundsSeconds();

    private final String name;
    private final String help;
    private final String label;
    private final List<Histogram> histograms = new CopyOnWriteArrayList<>();

    /** @param name the series' name in Prometheus' form, with unit and without {@code _bucket} */
    LatencyHistograms(String name, String help, String label) {
        this.name = name;
        this.help = help;
        this.label = label;
    }

    private static double[] boundsSeconds() {
        double[] seconds = Arrays.copyOf(
                Arrays.stream(BOUNDS)
                        .mapToDouble(nanos -> nanos / NANOS_PER_SECOND)
                        .toArray(),
                BOUNDS.length + 1);
        seconds[BOUNDS.length] = Double.POSITIVE_INFINITY;
        return seconds;
    }

    /** A new histogram, for a value of the label that has none yet. */
    Histogram histogram(String labelValue) {
        var histogram = new Histogram(Labels.of(label, labelValue));
        histograms.add(histogram);
        return histogram;
    }

    @Override
    public MetricSnapshot collect() {
        var snapshot = HistogramSnapshot.builder().name(name).help(help);
        histograms.forEach(histogram -> snapshot.dataPoint(histogram.snapshot()));
        return snapshot.build();
    }

    /** Durations of one value of the label. Any thread. */
    static final class Histogram {
        private final Labels labels;
        private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
        private final LongAdder nanosSum = new LongAdder();

        private Histogram(Labels labels) {
            this.labels = labels;
            Arrays.setAll(counts, _ -> new LongAdder());
        }

        /** @param nanos a duration; a negative one counts as none (T-116) */
        void record(long nanos) {
            int bucket = 0;
            while (bucket < BOUNDS.length && nanos > BOUNDS[bucket]) {
                bucket++;
            }
            counts[bucket].increment();
            nanosSum.add(Math.max(0, nanos));
        }

        private HistogramDataPointSnapshot snapshot() {
            var values = Arrays.stream(counts).mapToLong(LongAdder::sum).boxed().toArray(Number[]::new);
            return HistogramDataPointSnapshot.builder()
                    .labels(labels)
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS_SECONDS, values))
                    .sum(nanosSum.sum() / NANOS_PER_SECOND)
                    .build();
        }
    }
}
