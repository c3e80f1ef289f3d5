package dev.portcullis.redis;

import java.util.regex.Pattern;

/**
 * Where a word stands in its stream. In a stream numbers follow each other without a gap; another {@code made} means another stream, of which nothing is known.
 *
 * @param made when the stream was made, Unix time in milliseconds
 * @param number from 0, which is no word
 */
record Place(long made, long number) {
    private static final Pattern SYNTAX = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

    /** @throws IllegalArgumentException it is none */
    static Place parse(String text) {
        var parts = SYNTAX.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a place: " + text);
        }
        return new Place(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)));
    }

    static boolean isOne(String text) {
        return SYNTAX.matcher(text).matches();
    }

    boolean isNext(Place after) {
        return made == after.made && number == after.number + 1;
    }

    boolean isBefore(Place other) {
        return made < other.made || (made == other.made && number < other.number);
    }

    @Override
    public String toString() {
        return made + "-" + number;
    }
}
