package dev.portcullis.jsonrpc;

import dev.portcullis.json.JsonCursor;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.PlainText;
import dev.portcullis.json.RawJson;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads requests and notifications that are a {@link PlainText} of the usual members; anything else is for {@link JsonRpcDecoder}'s parser, which is also who refuses. One for each thread. */
final class PlainMessages {
    /** What a message of this kind has at most: the parser costs less, compared with what is done with a long one. */
    static final int BYTES_MAX = 8_000;

    private static final ThreadLocal<PlainMessages> OF_THREAD = ThreadLocal.withInitial(PlainMessages::new);
    private static final byte[] JSONRPC = bytes("jsonrpc");
    private static final byte[] ID = bytes("id");
    private static final byte[] METHOD = bytes("method");
    private static final byte[] PARAMS = bytes("params");

    private final PlainText plain = new PlainText();

    private PlainMessages() {}

    static PlainMessages ofThread() {
        return OF_THREAD.get();
    }

    /**
     * A message, if it is of this kind.
     *
     * @param text kept: params are a slice of it
     * @return null if the parser is to be asked
     */
    JsonRpcMessage.@Nullable Single read(byte[] text, int length) {
        if (length > BYTES_MAX || text[0] != '{' || !plain.isObject(text, 0, length)) {
            return null;
        }
        boolean versionSeen = false;
        JsonRpcId id = null;
        String method = null;
        RawJson params = null;
        for (int i = 0; i < plain.members(); i++) {
            var value = plain.cursor(i);
            if (plain.nameIs(i, JSONRPC) && value.stringIs("2.0")) {
                versionSeen = true;
            } else if (plain.nameIs(i, METHOD) && value.kind() == JsonKind.STRING) {
                method = value.familiarString();
            } else if (plain.nameIs(i, ID)) {
                id = id(value, i);
                if (id == null) {
                    return null;
                }
            } else if (plain.nameIs(i, PARAMS) && value.kind() == JsonKind.OBJECT) {
                params = plain.value(i);
            } else {
                return null;
            }
        }
        if (!versionSeen || method == null || method.isEmpty() || method.length() > JsonRpcDecoder.METHOD_CHARS_MAX) {
            return null;
        }
        return id == null
                ? new JsonRpcMessage.Notification(method, params)
                : new JsonRpcMessage.Request(id, method, params);
    }

    private @Nullable JsonRpcId id(JsonCursor cursor, int member) {
        return switch (cursor.kind()) {
            case STRING -> JsonRpcId.of(cursor.string());
            case NUMBER -> {
                long integer = plain.shortInteger(member);
                yield integer == PlainText.NO_SHORT_INTEGER ? null : JsonRpcId.of(integer);
            }
            case OBJECT, ARRAY, BOOLEAN, NULL -> null;
        };
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }
}
