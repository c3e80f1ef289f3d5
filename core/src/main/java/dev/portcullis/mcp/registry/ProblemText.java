package dev.portcullis.mcp.registry;

import org.jspecify.annotations.Nullable;

/** Collects what is wrong with a value into one text for the model, of at most 1 KiB in UTF-8 (H-173, H-201). Used by one thread. */
final class ProblemText {
    private static final int BYTES_ENOUGH = 600;
    private static final int WHERE_BYTES_MAX = 100;
    private static final int PROBLEM_BYTES_MAX = 250;

    private final StringBuilder text = new StringBuilder();
    private int bytes;

    /** Adds a problem, unless there are enough. Where it is, and what, are cut. */
    void add(String where, @Nullable String problem) {
        if (isFull()) {
            return;
        }
        String added = (text.isEmpty() ? "" : "; ")
                + cut(where, WHERE_BYTES_MAX)
                + ": "
                + cut(String.valueOf(problem), PROBLEM_BYTES_MAX);
        text.append(added);
        for (int i = 0; i < added.length(); i++) {
            bytes += bytesOf(added.charAt(i));
        }
    }

    /** @return whether more would not be kept */
    boolean isFull() {
        return bytes >= BYTES_ENOUGH;
    }

    /** @return all of it; null if nothing was added */
    @Nullable
    String orNull() {
        return text.isEmpty() ? null : text.toString();
    }

    /** @return a text short enough for an error's message */
    static String cut(@Nullable String text) {
        return cut(String.valueOf(text), PROBLEM_BYTES_MAX);
    }

    private static String cut(String text, int bytesMax) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            bytes += bytesOf(text.charAt(i));
            if (bytes > bytesMax) {
                int end = Character.isLowSurrogate(text.charAt(i)) ? i - 1 : i;
                return text.substring(0, Math.max(end, 0)) + "…";
            }
        }
        return text;
    }

    /** Of UTF-8; half of them for each half of a pair. */
    private static int bytesOf(char c) {
        return c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
}
