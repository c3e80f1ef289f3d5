package dev.portcullis.jsonrpc;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import org.jspecify.annotations.Nullable;

/** The id of a request; its answer bears the same, of the same JSON type (H-45). */
public sealed interface JsonRpcId {
    /** Characters of a text id; ids are echoed, so they are short (T-23). */
    int CHARS_MAX = 256;

    /** Largest magnitude of an integer id: what every JSON reader keeps exactly (T-21). */
    long INTEGER_MAX = (1L << 53) - 1;

    /** A string. */
    record Text(String value) implements JsonRpcId {}

    /** An integer within ±{@link #INTEGER_MAX}. */
    record Int(long value) implements JsonRpcId {}

    /** @return the id; null if this is no string or integer, or past the bounds */
    static @Nullable JsonRpcId of(RawJson raw) {
        var cursor = raw.cursor();
        if (raw.kind() == JsonKind.STRING && raw.length() <= 6 * CHARS_MAX + 2) {
            return of(cursor.string());
        }
        return raw.kind() == JsonKind.NUMBER && cursor.isInteger() ? of(cursor.integer()) : null;
    }

    static @Nullable JsonRpcId of(String text) {
        return text.length() <= CHARS_MAX ? new Text(text) : null;
    }

    static @Nullable JsonRpcId of(long integer) {
        return Math.abs(integer) <= INTEGER_MAX && integer != Long.MIN_VALUE ? new Int(integer) : null;
    }

    default void writeTo(JsonWriter out) {
        switch (this) {
            case Text(String value) -> out.string(value);
            case Int(long value) -> out.number(value);
        }
    }
}
