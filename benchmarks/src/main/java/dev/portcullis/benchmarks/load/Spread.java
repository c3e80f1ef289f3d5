package dev.portcullis.benchmarks.load;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What several turns gave. A single pause of some milliseconds decides the p99 of a turn of seconds, wherever it came from: so the turn in the middle counts, and the others say
 * how much that is worth.
 *
 * @param quartile of turns that are so short that many, but not always half of them, are without a pause: a quarter of all took no longer
 */
record Spread(double quartile, double median, double least, double most, int turns) {
    static Spread of(List<Double> figures) {
        double[] sorted =
                figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double quartile = sorted[(sorted.length - 1) / 4];
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        return new Spread(quartile, median, sorted[0], sorted[sorted.length - 1], sorted.length);
    }

    /** Of the figures of two sides, turn by turn. */
    static Spread ofRatios(List<Double> ours, List<Double> others) {
        double[] ratios = new double[ours.size()];
        Arrays.setAll(ratios, turn -> ours.get(turn) / others.get(turn));
        return of(Arrays.stream(ratios).boxed().toList());
    }

    @Override
    public String toString() {
        return "median " + range();
    }

    /** @return the same words where the quartile counts */
    String ofQuartile() {
        return "lower quartile " + range();
    }

    private String range() {
        return String.format(Locale.ROOT, "of %d from %s to %s", turns, Report.number(least), Report.number(most));
    }
}
