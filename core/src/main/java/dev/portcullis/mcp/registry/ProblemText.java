package dev.portcullis.mcp.registry;

import org.jspecify.annotations.Nullable;

/** Collects what is wrong with a value into one text for the model, of bounded length (H-173, H-201). */
final class ProblemText {
    private static final int CHARS_MAX = 800;
    private static final int NAME_CHARS_MAX = 64;

    private ProblemText() {}

    static StringBuilder append(@Nullable StringBuilder text, String where, String problem) {
        var all = text == null ? new StringBuilder() : text;
        if (all.length() < CHARS_MAX) {
            all.append(all.isEmpty() ? "" : "; ")
                    .append(where, 0, Math.min(where.length(), NAME_CHARS_MAX))
                    .append(": ")
                    .append(problem, 0, Math.min(problem.length(), CHARS_MAX / 2));
        }
        return all;
    }
}
