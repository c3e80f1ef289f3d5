package dev.portcullis.ops.log;

import java.util.HexFormat;

/** Makes text that somebody else chose fit for a line of a log or a terminal (T-114). */
public final class Lines {
    private Lines() {}

    /**
     * Text without line breaks, control characters, terminal escapes or marks that turn the direction of writing; each stands there as {@code \n} or a code.
     *
     * @param charsMax characters of {@code text} that are kept; an ellipsis says that there were more
     */
    public static String escape(String text, int charsMax) {
        int length = Math.min(text.length(), charsMax);
        int plain = 0;
        while (plain < length && isPlain(text.charAt(plain))) {
            plain++;
        }
        if (plain == text.length()) {
            return text;
        }
        var escaped = new StringBuilder(length + 16).append(text, 0, plain);
        for (int i = plain; i < length; i++) {
            escape(text.charAt(i), escaped);
        }
        return text.length() > length ? escaped.append('…').toString() : escaped.toString();
    }

    private static void escape(char c, StringBuilder to) {
        switch (c) {
            case '\n' -> to.append("\\n");
            case '\r' -> to.append("\\r");
            case '\t' -> to.append("\\t");
            case '\\' -> to.append("\\\\");
            default -> {
                if (isPlain(c)) {
                    to.append(c);
                } else {
                    to.append("\\u").append(HexFormat.of().toHexDigits(c));
                }
            }
        }
    }

    private static boolean isPlain(char c) {
        if (c < 0x7F) {
            return c >= ' ' && c != '\\';
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
