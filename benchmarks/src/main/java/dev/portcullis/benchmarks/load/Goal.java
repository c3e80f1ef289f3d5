package dev.portcullis.benchmarks.load;

import java.util.Locale;

/**
 * What a figure should reach.
 *
 * @param isRatio whether the figure beside the bare server's is meant, and not the figure itself
 * @param isFloor whether more is better
 */
record Goal(boolean isRatio, boolean isFloor, double bound) {
    static Goal valueAtMost(double bound) {
        return new Goal(false, false, bound);
    }

    static Goal valueAtLeast(double bound) {
        return new Goal(false, true, bound);
    }

    static Goal ratioAtMost(double bound) {
        return new Goal(true, false, bound);
    }

    static Goal ratioAtLeast(double bound) {
        return new Goal(true, true, bound);
    }

    boolean isMet(double value, double ratio) {
        double figure = isRatio ? ratio : value;
        return isFloor ? figure >= bound : figure <= bound;
    }

    /** @param unit of the value */
    String text(String unit) {
        String number = bound == Math.rint(bound) && Math.abs(bound) >= 10
                ? String.format(Locale.ROOT, "%,.0f", bound)
                : String.format(Locale.ROOT, "%.2f", bound);
        return (isFloor ? "≥ " : "≤ ") + number + " " + (isRatio ? "× ceiling" : unit);
    }
}
