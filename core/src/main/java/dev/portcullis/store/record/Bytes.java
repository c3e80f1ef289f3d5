package dev.portcullis.store.record;

import dev.portcullis.crypto.TokenHash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Builds a key or a record: big-endian numbers, so that keys sort by value, and lengths as varints. Grows as needed; one thread. */
public final class Bytes {
    private byte[] buffer;
    private int length;

    public Bytes(int sizeHint) {
        buffer = new byte[sizeHint];
    }

    public Bytes u8(int value) {
        room(1);
        buffer[length++] = (byte) value;
        return this;
    }

    public Bytes u32(int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            u8(value >>> shift);
        }
        return this;
    }

    public Bytes u64(long value) {
        return u32((int) (value >>> 32)).u32((int) value);
    }

    /** Seven bits a byte, lowest first. */
    public Bytes varint(int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            u8((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        return u8(rest);
    }

    /** As they are, without a length. */
    public Bytes raw(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
        return this;
    }

    public Bytes sized(byte[] bytes) {
        return varint(bytes.length).raw(bytes);
    }

    public Bytes text(String text) {
        return sized(text.getBytes(StandardCharsets.UTF_8));
    }

    public Bytes hash(TokenHash hash) {
        return raw(hash.toBytes());
    }

    /** A flag byte, and the value if there is one. */
    public <T> Bytes optional(@Nullable T value, BiFunction<Bytes, T, Bytes> writer) {
        return value == null ? u8(0) : writer.apply(u8(1), value);
    }

    public byte[] toArray() {
        return Arrays.copyOf(buffer, length);
    }

    private void room(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }
}
