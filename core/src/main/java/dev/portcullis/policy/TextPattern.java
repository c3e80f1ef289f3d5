package dev.portcullis.policy;

/**
 * A text in which {@code *} stands for any characters, none and {@code /} among them; all else stands for itself, letter case included. Any thread; allocates nothing.
 *
 * @param text e.g. {@code report-*}
 */
public record TextPattern(String text) {
    /** Everything. */
    public static final TextPattern ANY = new TextPattern("*");

    private static final char STAR = '*';

    /** @return whether it is more than one text */
    public boolean isWild() {
        return text.indexOf(STAR) >= 0;
    }

    /** In at most {@code text.length() × value.length()} steps: after a star that did not lead anywhere only the last star is tried again. */
    public boolean matches(String value) {
        int at = 0;
        int star = -1;
        int from = 0;
        int i = 0;
        while (i < value.length()) {
            if (at < text.length() && text.charAt(at) == STAR) {
                star = at++;
                from = i;
            } else if (at < text.length() && text.charAt(at) == value.charAt(i)) {
                at++;
                i++;
            } else if (star >= 0) {
                at = star + 1;
                i = ++from;
            } else {
                return false;
            }
        }
        while (at < text.length() && text.charAt(at) == STAR) {
            at++;
        }
        return at == text.length();
    }

    /** @return whether all that the other matches is matched by this: its stars can only be met by ours, so its text is enough */
    boolean covers(TextPattern other) {
        return matches(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
