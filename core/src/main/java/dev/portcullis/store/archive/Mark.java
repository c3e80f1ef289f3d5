package dev.portcullis.store.archive;

import dev.portcullis.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the target of an unfinished copy: one text of five lines.
 *
 * @param source what the operator called the source
 * @param version {@link Archive#version} of the source; null if that is not to be known
 * @param place all before it has been put
 * @param entries how many those were
 */
record Mark(String source, @Nullable String version, String place, long entries) {
    private static final String FORMAT = "copy/1";
    private static final int LINES = 5;

    /** No place of an archive. */
    private static final String ALL_PUT = "*";

    /** @param place null: there is nothing behind it */
    Mark at(@Nullable String place, int more) {
        return new Mark(source, version, place == null ? ALL_PUT : place, entries + more);
    }

    /** Whether nothing is left but to count and compare. */
    boolean isAllPut() {
        return place.equals(ALL_PUT);
    }

    String text() {
        return String.join("\n", FORMAT, source, version == null ? "" : version, place, Long.toString(entries));
    }

    /** @throws StoreException it is not one that this server writes */
    static Mark parse(String text) {
        String[] lines = text.split("\n", -1);
        if (lines.length != LINES || !lines[0].equals(FORMAT) || !lines[4].matches("\\d{1,18}")) {
            throw new StoreException("the target bears a mark that this server does not know: empty it and begin anew");
        }
        return new Mark(lines[1], lines[2].isEmpty() ? null : lines[2], lines[3], Long.parseLong(lines[4]));
    }
}
