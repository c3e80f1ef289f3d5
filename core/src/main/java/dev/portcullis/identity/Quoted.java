package dev.portcullis.identity;

import org.jspecify.annotations.Nullable;

/** A stranger's text made fit for one line of our log (O-181): printable ASCII, not long, in quotation marks. */
final class Quoted {
    private static final int CHARS_MAX = 120;

    private Quoted() {}

    static String of(@Nullable String text) {
        if (text == null) {
            return "(absent)";
        }
        var line = new StringBuilder().append('"');
        for (int i = 0; i < Math.min(text.length(), CHARS_MAX); i++) {
            char c = text.charAt(i);
            line.append(c >= 0x20 && c < 0x7F && c != '"' ? c : '?');
        }
        return line.append(text.length() > CHARS_MAX ? "…\"" : "\"").toString();
    }
}
