package dev.portcullis.store.record;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.store.StoreException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what {@link Bytes} wrote. Trusts no length: a damaged record ends in {@link StoreException}, not in memory running out. One thread. */
final class RecordReader {
    private final ByteBuffer bytes;

    private int version;

    private RecordReader(byte[] record) {
        bytes = ByteBuffer.wrap(record);
    }

    /** @return the record's own version: later fields are not in earlier ones */
    int version() {
        return version;
    }

    /**
     * Reads one record: its version byte, then {@code body}, to the last byte.
     *
     * @param newest the version that is written today; all from 1 on are read
     *
     * @throws StoreException cut short, too long, or of a version this server does not know
     */
    static <T> T read(byte[] record, int newest, String what, Function<RecordReader, T> body) {
        try {
            var reader = new RecordReader(record);
            reader.version = reader.u8();
            if (reader.version < 1 || reader.version > newest) {
                throw new StoreException(
                        what + " has record version " + reader.version + ", this server knows 1 to " + newest);
            }
            T value = body.apply(reader);
            if (reader.bytes.hasRemaining()) {
                throw new StoreException(what + " is damaged: it is longer than its fields");
            }
            return value;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new StoreException(what + " is damaged", e);
        }
    }

    int u8() {
        return bytes.get() & 0xFF;
    }

    int u32() {
        return bytes.getInt();
    }

    long u64() {
        return bytes.getLong();
    }

    int varint() {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int next = u8();
            value |= (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new IllegalArgumentException("a length of more than five bytes");
    }

    byte[] raw(int count) {
        if (count < 0 || count > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] raw = new byte[count];
        bytes.get(raw);
        return raw;
    }

    byte[] sized() {
        return raw(varint());
    }

    String text() {
        return new String(sized(), StandardCharsets.UTF_8);
    }

    TokenHash hash() {
        return TokenHash.ofDigest(raw(32));
    }

    List<String> texts() {
        int count = varint();
        if (count < 0 || count > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        var texts = new ArrayList<String>(count);
        for (int i = 0; i < count; i++) {
            texts.add(text());
        }
        return texts;
    }

    /** A flag byte, and what follows it if the flag is set. */
    <T> @Nullable T optional(Function<RecordReader, T> value) {
        return switch (u8()) {
            case 0 -> null;
            case 1 -> value.apply(this);
            default -> throw new IllegalArgumentException("a flag that is neither 0 nor 1");
        };
    }
}
