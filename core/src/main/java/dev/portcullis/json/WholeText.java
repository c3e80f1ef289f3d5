package dev.portcullis.json;

import java.io.InputStream;

/**
 * Gives a parser that blocks one whole text after the other, so that it can be kept: such a parser is faster than one that takes parts, but where its input ends it ends too.
 * One thread.
 */
final class WholeText extends InputStream {
    /** What the parser takes in one go. */
    static final int BYTES_MAX = 8_000;

    private static final byte[] NONE = {};

    private byte[] text = NONE;
    private int from;
    private int to;

    /** The next text. The parser has no use for the array once it has asked for the first token. */
    void set(byte[] buffer, int textFrom, int textTo) {
        text = buffer;
        from = textFrom;
        to = textTo;
    }

    /** @throws JsonException the text is over, and the parser wants more: a value in it has no end */
    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (from == to) {
            throw new JsonException("the JSON text is not whole");
        }
        int count = Math.min(length, to - from);
        System.arraycopy(text, from, buffer, offset, count);
        from += count;
        if (from == to) {
            text = NONE;
        }
        return count;
    }

    @Override
    public int read() {
        throw new UnsupportedOperationException("the parser reads many bytes at a time");
    }
}
