package dev.portcullis.jsonrpc;

import dev.portcullis.json.JsonException;
import dev.portcullis.json.JsonFeed;
import dev.portcullis.json.RawJson;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Reads one JSON-RPC message as its bytes arrive. Malformed text is refused at once, a wrong shape at the end, when the id is known. One decoder reads one message,
 * on one thread.
 *
 * <pre>
 * reading ── read ──▶ reading ── end ──▶ message
 *    └─────────── refused (every later call refuses again) ◀── malformed, too long, not JSON-RPC
 * </pre>
 */
public final class JsonRpcDecoder {
    /** Characters of a method's name (T-23). */
    public static final int METHOD_CHARS_MAX = 256;

    /** Before a byte has come, what is announced costs its sender nothing and us no more than this. */
    private static final int FIRST_BYTES_MAX = 4 * 1024;

    private final int messageBytesMax;
    private byte[] message;
    private int length;
    private @Nullable JsonFeed feed = JsonFeed.take();
    private @Nullable JsonRpcException refusal;

    private Root root = Root.NONE;
    private boolean whole;
    private Member member = Member.OTHER;
    private int valueFrom;

    /** What is wrong with the shape; the first thing found. */
    private @Nullable String shape;

    private boolean versionSeen;
    private boolean idSeen;
    private @Nullable JsonRpcId id;
    private @Nullable String method;
    private @Nullable RawJson params;
    private @Nullable RawJson result;
    private @Nullable RawJson error;

    private enum Root {
        NONE,
        OBJECT,
        ARRAY,
        SCALAR
    }

    private enum Member {
        JSONRPC,
        ID,
        METHOD,
        PARAMS,
        RESULT,
        ERROR,
        OTHER
    }

    /**
     * @param messageBytesMax longer messages are refused
     * @param bytesExpected size of the message if it is known, else a guess; a hint
     */
    public JsonRpcDecoder(int messageBytesMax, int bytesExpected) {
        this.messageBytesMax = messageBytesMax;
        message = new byte[Math.clamp(bytesExpected, 64, FIRST_BYTES_MAX)];
    }

    /**
     * Makes room for bytes that the caller copies into {@link #room} from {@link #roomFrom} on, and then announces by {@link #filled}.
     *
     * @throws JsonRpcException the message would be too long
     */
    public void makeRoom(int bytes) throws JsonRpcException {
        requireNotRefused();
        if (bytes > messageBytesMax - length) {
            throw refuse(JsonRpcErrorCode.PARSE_ERROR, "the message is longer than " + messageBytesMax + " bytes");
        }
        if (bytes > message.length - length) {
            message = Arrays.copyOf(message, Math.max(length + bytes, Math.min(message.length * 2, messageBytesMax)));
        }
    }

    /** @return where to copy to; another array after each {@link #makeRoom} */
    public byte[] room() {
        return message;
    }

    public int roomFrom() {
        return length;
    }

    /**
     * Reads the bytes that were copied into {@link #room}.
     *
     * @throws JsonRpcException PARSE_ERROR: what came so far is the beginning of no JSON text that we accept
     */
    public void filled(int bytes) throws JsonRpcException {
        requireNotRefused();
        try {
            int from = length;
            length += bytes;
            if (whole) {
                requireSpace(from);
            } else {
                var reader = openFeed();
                reader.feed(message, from, length);
                advance(reader);
            }
        } catch (JsonException e) {
            throw refuse(JsonRpcErrorCode.PARSE_ERROR, String.valueOf(e.getMessage()));
        }
    }

    /** Reads bytes from elsewhere: {@link #makeRoom}, a copy, {@link #filled}. */
    public void read(byte[] bytes, int offset, int count) throws JsonRpcException {
        makeRoom(count);
        System.arraycopy(bytes, offset, message, length, count);
        filled(count);
    }

    /**
     * @return the message, all of whose bytes have been read
     * @throws JsonRpcException PARSE_ERROR: the text is not whole; INVALID_REQUEST: not a JSON-RPC message, or an array of them
     */
    public JsonRpcMessage end() throws JsonRpcException {
        requireNotRefused();
        try {
            if (!whole) {
                endBareNumber();
            }
            if (!whole) {
                throw new JsonException(length == 0 ? "the body is empty" : "the JSON text is not whole");
            }
            var reader = openFeed();
            reader.endText();
            if (root != Root.SCALAR) { // behind a bare number the parser has read further
                reader.recycle();
            }
            feed = null;
        } catch (JsonException e) {
            throw refuse(JsonRpcErrorCode.PARSE_ERROR, String.valueOf(e.getMessage()));
        }
        return classify();
    }

    /** A bare number ends only where something else begins. */
    private void endBareNumber() {
        if (root == Root.NONE && length > 0) {
            var reader = openFeed();
            reader.feed(new byte[] {' '}, 0, 1);
            advance(reader);
        }
    }

    private void advance(JsonFeed reader) {
        for (var token = reader.next(); token != JsonFeed.MORE; token = reader.next()) {
            if (whole) {
                throw new JsonException("something follows the JSON text");
            }
            if (root == Root.NONE) {
                beginRoot(token);
            } else if (root == Root.OBJECT) {
                inObject(reader, token);
            }
            if (reader.depth() == 0) {
                whole = true;
                if (root != Root.SCALAR) {
                    requireSpace(reader.offset());
                }
            }
        }
    }

    private void beginRoot(JsonToken token) {
        root = switch (token) {
            case START_OBJECT -> Root.OBJECT;
            case START_ARRAY -> Root.ARRAY;
            default -> Root.SCALAR;
        };
    }

    private void inObject(JsonFeed reader, JsonToken token) {
        switch (reader.depth()) {
            case 1 -> {
                switch (token) {
                    case PROPERTY_NAME -> member = memberOf(reader.name());
                    case END_OBJECT -> endNested(reader);
                    case END_ARRAY -> {}
                    default -> scalar(reader, token);
                }
            }
            case 2 -> {
                if (token == JsonToken.START_OBJECT) {
                    beginNested(reader);
                } else if (token == JsonToken.START_ARRAY) {
                    beginArray();
                }
            }
            default -> {}
        }
    }

    private static Member memberOf(String name) {
        return switch (name) {
            case "jsonrpc" -> Member.JSONRPC;
            case "id" -> Member.ID;
            case "method" -> Member.METHOD;
            case "params" -> Member.PARAMS;
            case "result" -> Member.RESULT;
            case "error" -> Member.ERROR;
            default -> Member.OTHER;
        };
    }

    private void scalar(JsonFeed reader, JsonToken token) {
        switch (member) {
            case JSONRPC -> {
                versionSeen = token == JsonToken.VALUE_STRING
                        && reader.familiarString().equals("2.0");
                requireShape(versionSeen, "jsonrpc must be \"2.0\"");
            }
            case ID -> {
                idSeen = true;
                id = switch (token) {
                    case VALUE_STRING -> JsonRpcId.of(reader.string());
                    case VALUE_NUMBER_INT -> JsonRpcId.of(reader.integer());
                    default -> null;
                };
                requireShape(
                        id != null, "id must be a string of at most 256 characters or an integer within ±(2^53-1)");
            }
            case METHOD -> {
                method = token == JsonToken.VALUE_STRING ? reader.familiarString() : "";
                requireShape(
                        !method.isEmpty() && method.length() <= METHOD_CHARS_MAX,
                        "method must be a string of 1 to 256 characters");
            }
            case PARAMS, RESULT, ERROR -> requireShape(false, "params, result and error must be objects");
            case OTHER -> {}
        }
    }

    private void beginArray() {
        requireShape(member == Member.OTHER, "a member of the envelope must not be an array");
        idSeen |= member == Member.ID;
        member = Member.OTHER;
    }

    private void beginNested(JsonFeed reader) {
        switch (member) {
            case JSONRPC, METHOD -> requireShape(false, "jsonrpc and method must be strings");
            case ID -> {
                idSeen = true;
                requireShape(false, "id must be a string or an integer");
            }
            case PARAMS, RESULT, ERROR -> valueFrom = reader.offset() - 1;
            case OTHER -> {}
        }
    }

    /** An object that was a member's value has ended. */
    private void endNested(JsonFeed reader) {
        switch (member) {
            case PARAMS -> params = slice(reader);
            case RESULT -> result = slice(reader);
            case ERROR -> error = slice(reader);
            case JSONRPC, ID, METHOD, OTHER -> {}
        }
        member = Member.OTHER;
    }

    private RawJson slice(JsonFeed reader) {
        return RawJson.ofChecked(message, valueFrom, reader.offset());
    }

    private void requireShape(boolean condition, String problem) {
        if (!condition && shape == null) {
            shape = problem;
        }
    }

    private void requireSpace(int from) {
        for (int i = from; i < length; i++) {
            byte b = message[i];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                throw new JsonException("something follows the JSON text");
            }
        }
    }

    private JsonRpcMessage classify() throws JsonRpcException {
        if (root == Root.ARRAY) {
            throw refuse(JsonRpcErrorCode.INVALID_REQUEST, "batches are not part of this protocol revision");
        }
        requireShape(root == Root.OBJECT, "a message is an object");
        requireShape(versionSeen, "jsonrpc is missing");
        requireShape(method == null || (result == null && error == null), "a message is a request or a response");
        requireShape(method != null || (result == null) != (error == null), "method is missing");
        requireShape(method != null || params == null, "method is missing");
        requireShape(method != null || error != null || idSeen, "id is missing");
        if (shape != null) {
            throw refuse(JsonRpcErrorCode.INVALID_REQUEST, shape);
        }
        if (method != null) {
            return id != null
                    ? new JsonRpcMessage.Request(id, method, params)
                    : new JsonRpcMessage.Notification(method, params);
        }
        if (result != null && id != null) {
            return new JsonRpcMessage.Response(id, result);
        }
        if (error != null) {
            return new JsonRpcMessage.ErrorResponse(id, error);
        }
        throw new IllegalStateException("a message of no kind"); // the shapes above leave none
    }

    private JsonFeed openFeed() {
        if (feed == null) {
            throw new IllegalStateException("the message has ended");
        }
        return feed;
    }

    private void requireNotRefused() throws JsonRpcException {
        if (refusal != null) {
            throw refusal;
        }
    }

    private JsonRpcException refuse(JsonRpcErrorCode code, String detail) {
        feed = null; // not reused: it stands in the middle of something
        boolean idKnown = code == JsonRpcErrorCode.INVALID_REQUEST && root == Root.OBJECT;
        refusal = new JsonRpcException(code, detail, idKnown ? id : null);
        return refusal;
    }
}
