package dev.portcullis.http;

import java.util.Locale;

/**
 * How an {@code Accept} field takes one media type (RFC 9110 §12.5.1).
 *
 * @param weight thousandths; 0: not at all
 * @param precision 0: by no range, 1: by {@code *}{@code /*}, 2: by its main type, 3: by its name
 */
public record AcceptedType(int weight, int precision) {
    /** {@link #precision} of a type that is named. */
    public static final int BY_NAME = 3;

    private static final int WEIGHT_MAX = 1000;
    private static final int RANGES_MAX = 50;

    /** The most precise range decides; of several alike the first. */
    public static AcceptedType in(String accept, String type, String subtype) {
        var best = new AcceptedType(0, 0);
        for (String range : accept.split(",", RANGES_MAX)) {
            String[] parts = range.strip().toLowerCase(Locale.ROOT).split(";", -1);
            int precision = precision(parts[0].strip(), type, subtype);
            if (precision > best.precision()) {
                best = new AcceptedType(weight(parts), precision);
            }
        }
        return best;
    }

    private static int precision(String range, String type, String subtype) {
        if (range.equals(type + "/" + subtype)) {
            return BY_NAME;
        }
        if (range.equals(type + "/*")) {
            return 2;
        }
        return range.equals("*/*") ? 1 : 0;
    }

    private static int weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("q=")) {
                return thousandths(parameter.substring(2));
            }
        }
        return WEIGHT_MAX;
    }

    /** A weight that is none, such as the {@code .2} of some clients, counts as the least: refusing is only done on request. */
    private static int thousandths(String q) {
        if (!q.matches("[01](\\.[0-9]{0,3})?")) {
            return 1;
        }
        return Math.min(WEIGHT_MAX, (int) Math.round(Double.parseDouble(q) * WEIGHT_MAX));
    }
}
