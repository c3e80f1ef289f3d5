package dev.portcullis.endpoint.oauth;

import java.text.Normalizer;

/**
 * Builds HTML of markup that is ours and text that is not. Every text is cleaned of what could make it look like something else, and escaped for element content
 * and quoted attributes alike (O-62, T-57). One thread.
 */
final class Html {
    private static final int COMBINING_MAX = 3;
    /** Letters that show nothing: fillers and a blank pattern. */
    private static final String BLANK_LETTERS = "\u115F\u1160\u2800\u3164\uFFA0";

    private final StringBuilder out = new StringBuilder(4096);

    /** Adds markup: constants of ours only. */
    Html markup(String constant) {
        out.append(constant);
        return this;
    }

    /** Adds what was put together elsewhere. */
    Html add(Html finished) {
        out.append(finished.out);
        return this;
    }

    /** Adds text from anywhere. */
    Html text(String untrusted) {
        String clean = clean(untrusted);
        for (int i = 0; i < clean.length(); i++) {
            switch (clean.charAt(i)) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(clean.charAt(i));
            }
        }
        return this;
    }

    /** Adds text from anywhere, cut where it would only be long. */
    Html text(String untrusted, int charsMax) {
        String clean = clean(untrusted);
        if (clean.codePointCount(0, clean.length()) <= charsMax) {
            return text(clean);
        }
        return text(clean.substring(0, clean.offsetByCodePoints(0, charsMax))).markup("…");
    }

    /** @return the text without controls, formats (bidi, zero width, tags), lone surrogates, private use, invisible letters and towers of marks */
    static String clean(String untrusted) {
        var clean = new StringBuilder(untrusted.length());
        int combining = 0;
        for (int codePoint : Normalizer.normalize(untrusted, Normalizer.Form.NFC)
                .codePoints()
                .toArray()) {
            int type = Character.getType(codePoint);
            boolean isMark = type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
            combining = isMark ? combining + 1 : 0;
            if (isSpace(codePoint, type)) {
                clean.append(' ');
            } else if (isVisible(codePoint, type) && combining <= COMBINING_MAX) {
                clean.appendCodePoint(codePoint);
            }
        }
        return clean.toString().strip().replaceAll(" {2,}", " ");
    }

    private static boolean isSpace(int codePoint, int type) {
        return codePoint == '\t'
                || codePoint == '\n'
                || codePoint == '\r'
                || type == Character.SPACE_SEPARATOR
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private static boolean isVisible(int codePoint, int type) {
        return type != Character.CONTROL
                && type != Character.FORMAT
                && type != Character.SURROGATE
                && type != Character.PRIVATE_USE
                && type != Character.UNASSIGNED
                && BLANK_LETTERS.indexOf(codePoint) < 0;
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
