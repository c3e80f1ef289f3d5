package dev.portcullis.oauth.client;

import org.jspecify.annotations.Nullable;

/** Cleans the names that clients give themselves: they are shown to people, who must not be deceived by what they cannot see (O-128, T-57). */
final class ClientNames {
    static final int CHARS_MAX = 200;

    private ClientNames() {}

    /** @return the name without control, format (bidi, zero width, tags), private-use and unassigned characters, runs of space as one; null if nothing is left */
    static @Nullable String clean(String name) {
        var kept = new StringBuilder(Math.min(name.length(), CHARS_MAX));
        boolean spaceIsDue = false;
        for (int i = 0; i < name.length(); ) {
            int c = name.codePointAt(i);
            i += Character.charCount(c);
            if (isSpace(c)) {
                spaceIsDue = !kept.isEmpty();
            } else if (isVisible(c)) {
                int room = CHARS_MAX - kept.length() - (spaceIsDue ? 1 : 0);
                if (Character.charCount(c) > room) {
                    break;
                }
                if (spaceIsDue) {
                    kept.append(' ');
                    spaceIsDue = false;
                }
                kept.appendCodePoint(c);
            }
        }
        return kept.isEmpty() ? null : kept.toString();
    }

    private static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> !isInvisibleLetter(c);
        };
    }

    /** Letters and marks that show nothing, by Unicode's account of them: Hangul fillers, the combining grapheme joiner, variation selectors. */
    private static boolean isInvisibleLetter(int c) {
        return c == 0x034F
                || c == 0x115F
                || c == 0x1160
                || c == 0x17B4
                || c == 0x17B5
                || c == 0x3164
                || c == 0xFFA0
                || (c >= 0x180B && c <= 0x180F)
                || (c >= 0xFE00 && c <= 0xFE0F)
                || (c >= 0xE0100 && c <= 0xE01EF);
    }
}
