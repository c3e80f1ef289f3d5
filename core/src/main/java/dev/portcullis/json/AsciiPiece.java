package dev.portcullis.json;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;

/** Some characters of a long string as bytes, as far as they are ASCII: made by what the JDK does for many characters at once. Belongs to one thread. */
final class AsciiPiece {
    /** How many at a time; what is shorter is not worth it. */
    static final int CHARS = 512;

    private final CharsetEncoder encoder = StandardCharsets.US_ASCII.newEncoder();
    private final char[] chars = new char[CHARS];
    private final byte[] bytes = new byte[CHARS];
    private final CharBuffer in = CharBuffer.wrap(chars);
    private final ByteBuffer out = ByteBuffer.wrap(bytes);

    /**
     * Takes the next {@link #CHARS} of it.
     *
     * @return how many from there on are ASCII, and are now in {@link #bytes}
     */
    int read(String value, int from) {
        value.getChars(from, from + CHARS, chars, 0);
        in.clear();
        out.clear();
        encoder.encode(in, out, false); // stops at the first that is not
        return out.position();
    }

    byte[] bytes() {
        return bytes;
    }
}
