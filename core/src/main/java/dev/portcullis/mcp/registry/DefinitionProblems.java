package dev.portcullis.mcp.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with definitions, so that their author learns all of it at once. For one thread. */
final class DefinitionProblems {
    /** H-170: several clients and models stop at 64 characters, and some refuse other characters. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private static final int TITLE_CHARS_MAX = 256;

    private final String kind;
    private final List<String> lines = new ArrayList<>();

    /** @param kind what is defined, e.g. {@code prompt} */
    DefinitionProblems(String kind) {
        this.kind = kind;
    }

    void require(boolean condition, String which, String problem) {
        if (!condition) {
            lines.add(kind + " " + which + ": " + problem);
        }
    }

    void requireName(String name, String which, String what) {
        require(NAME.matcher(name).matches(), which, what + " is 1 to 64 of A-Z a-z 0-9 _ - (H-170)");
    }

    /** @param text for people; null for none */
    void requireLine(@Nullable String text, String which, String what) {
        boolean good = text == null
                || (!text.isBlank()
                        && text.length() <= TITLE_CHARS_MAX
                        && text.chars().noneMatch(Character::isISOControl));
        require(good, which, what + " is one line of 1 to " + TITLE_CHARS_MAX + " characters");
    }

    void requireTimeout(int millis, String which) {
        require(millis > 0, which, "timeoutMillis must be positive, found " + millis);
    }

    /** @throws IllegalArgumentException all there were, a line each */
    void throwIfAny() {
        if (!lines.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", lines));
        }
    }
}
