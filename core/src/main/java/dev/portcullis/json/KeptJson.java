package dev.portcullis.json;

import java.nio.ByteBuffer;

/**
 * A piece of JSON that many texts have in common: a value, or elements or members without what is around them. It lies outside the heap, so that it can be sent from where it is and nobody
 * copies it. Immutable; any thread.
 */
public final class KeptJson {
    /** To copy so much is cheaper than to send it as a piece of its own. */
    private static final int COPIED_BYTES_MAX = 4 * 1024;

    private final ByteBuffer bytes;

    /** A copy of what the writer holds. */
    public KeptJson(JsonWriter json) {
        bytes = ByteBuffer.allocateDirect(json.length())
                .put(json.buffer(), 0, json.length())
                .flip()
                .asReadOnlyBuffer();
    }

    public int length() {
        return bytes.capacity();
    }

    boolean isSmall() {
        return length() <= COPIED_BYTES_MAX;
    }

    void copyTo(byte[] target, int at) {
        bytes.get(0, target, at, length());
    }

    /** @return its bytes, with a position of their own; read-only and direct */
    public ByteBuffer bytes() {
        return bytes.duplicate();
    }
}
