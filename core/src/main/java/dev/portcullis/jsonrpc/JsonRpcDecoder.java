package dev.portcullis.jsonrpc;

import dev.portcullis.json.JsonException;
import dev.portcullis.json.JsonFeed;
import dev.portcullis.json.LongText;
import dev.portcullis.json.RawJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Reads one JSON-RPC message, or a batch of them, as its bytes arrive. Malformed text and batches that are too long are refused at once, a wrong shape at the end,
 * when the id is known. A batch's item of wrong shape spoils only itself. One decoder reads one text, on one thread.
 *
 * <pre>
 * reading ── read ──▶ reading ── end ──▶ message
 *    └─────────── refused (every later call refuses again) ◀── malformed, too long, not JSON-RPC
 * </pre>
 */
public final class JsonRpcDecoder {
    /** Characters of a method's name (T-23). */
    public static final int METHOD_CHARS_MAX = 256;

    /** Items of a batch, unless the caller says otherwise (H-111, T-25). */
    public static final int BATCH_ITEMS_MAX = 50;

    /** Before a byte has come, what is announced costs its sender nothing and us no more than this. */
    private static final int FIRST_BYTES_MAX = 4 * 1024;

    /** Texts of more are taken apart as they arrive. */
    private static final int LONG_BYTES = 16 * 1024;

    private static final byte[] NOTHING = {};

    private final int messageBytesMax;
    private final int batchItemsMax;
    private final int bytesExpected;

    /** The text if it is long; then {@link #message} is empty. */
    private final @Nullable LongText longText;

    private byte[] message;

    /** What has come. */
    private int length;

    private @Nullable JsonFeed feed;
    private @Nullable JsonRpcException refusal;

    private Root root = Plain.NONE;
    private boolean whole;
    private JsonRpcMessage.@Nullable Single plain;
    private Member member = Member.OTHER;
    private int valueFrom;

    /** What is wrong with the shape of the message being read; the first thing found. */
    private @Nullable String shape;

    private boolean versionSeen;
    private @Nullable JsonRpcId id;
    private @Nullable String method;
    private @Nullable RawJson params;

    /** The result or the error. */
    private @Nullable RawJson answer;

    private boolean answerIsError;

    /** What the text is. */
    private sealed interface Root {}

    private enum Plain implements Root {
        NONE,
        OBJECT,
        SCALAR
    }

    /** An array, and what was found in it. */
    private static final class Items implements Root {
        final List<JsonRpcMessage.Item> read = new ArrayList<>();

        /** Whether an item is open that is an object. */
        boolean inObject;
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

    /** A decoder of batches of at most {@link #BATCH_ITEMS_MAX} items. */
    public JsonRpcDecoder(int messageBytesMax, int bytesExpected) {
        this(messageBytesMax, BATCH_ITEMS_MAX, bytesExpected);
    }

    /**
     * @param messageBytesMax longer texts are refused
     * @param batchItemsMax batches of more items are refused
     * @param bytesExpected size of the text if it is known, else a guess; a hint
     */
    public JsonRpcDecoder(int messageBytesMax, int batchItemsMax, int bytesExpected) {
        this(messageBytesMax, batchItemsMax, bytesExpected, LONG_BYTES);
    }

    /** @param longBytes a text of which more are expected is taken apart */
    JsonRpcDecoder(int messageBytesMax, int batchItemsMax, int bytesExpected, int longBytes) {
        this.messageBytesMax = messageBytesMax;
        this.batchItemsMax = batchItemsMax;
        this.bytesExpected = Math.min(bytesExpected, messageBytesMax);
        boolean isLong = bytesExpected > longBytes;
        longText = isLong ? new LongText(this.bytesExpected) : null;
        message = isLong ? NOTHING : new byte[Math.clamp(bytesExpected, 64, FIRST_BYTES_MAX)];
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
        if (longText != null) {
            longText.makeRoom(bytes);
        } else if (bytes > message.length - length) {
            message = Arrays.copyOf(message, lengthFor(length + bytes));
        }
    }

    /** At least twice what was there and not much more than twice what was sent; of what was announced a half, a quarter and so on, so that the last step ends there. */
    private int lengthFor(int needed) {
        if (needed > bytesExpected) {
            return Math.max(needed, Math.min(message.length * 2, messageBytesMax));
        }
        int enough = bytesExpected;
        while (enough / 2 >= needed) {
            enough /= 2;
        }
        return enough;
    }

    /** @return where to copy to; another array after each {@link #makeRoom} */
    public byte[] room() {
        return longText == null ? message : longText.room();
    }

    public int roomFrom() {
        return longText == null ? length : longText.roomFrom();
    }

    /**
     * Reads the bytes that were copied into {@link #room}.
     *
     * @throws JsonRpcException PARSE_ERROR: what came so far is the beginning of no JSON text that we accept; INVALID_REQUEST: it is a batch of too many items
     */
    public void filled(int bytes) throws JsonRpcException {
        filled(bytes, false);
    }

    /** The same of what is known to be the whole text: then it is read faster. */
    public void filledWhole(int bytes) throws JsonRpcException {
        plain = length == 0 && longText == null ? PlainMessages.ofThread().read(message, bytes) : null;
        if (plain == null) {
            filled(bytes, length == 0);
        } else {
            length = bytes;
            whole = true;
        }
    }

    private void filled(int bytes, boolean all) throws JsonRpcException {
        requireNotRefused();
        try {
            int from = roomFrom();
            length += bytes;
            if (whole) {
                requireSpace(RawJson.isSpace(room(), from, from + bytes));
            } else {
                var reader = openFeed();
                if (longText != null) {
                    reader.feed(longText, bytes);
                } else if (!all || !reader.feedWhole(message, 0, length)) {
                    reader.feed(message, from, length);
                }
                advance(reader);
            }
        } catch (JsonException e) {
            throw refuse(JsonRpcErrorCode.PARSE_ERROR, String.valueOf(e.getMessage()));
        }
    }

    /** Reads bytes from elsewhere: {@link #makeRoom}, a copy, {@link #filled}. */
    public void read(byte[] bytes, int offset, int count) throws JsonRpcException {
        makeRoom(count);
        System.arraycopy(bytes, offset, room(), roomFrom(), count);
        filled(count);
    }

    /**
     * @return the message or batch, all of whose bytes have been read
     * @throws JsonRpcException PARSE_ERROR: the text is not whole; INVALID_REQUEST: no JSON-RPC message, or a batch of none
     */
    public JsonRpcMessage end() throws JsonRpcException {
        requireNotRefused();
        if (plain != null) {
            return plain;
        }
        try {
            if (!whole) {
                endBareNumber();
            }
            if (!whole) {
                throw new JsonException(length == 0 ? "the body is empty" : "the JSON text is not whole");
            }
            var reader = openFeed();
            reader.endText();
            if (root != Plain.SCALAR) { // behind a bare number the parser has read further
                reader.recycle();
            } else {
                requireSpace(isScalarAlone());
            }
            feed = null;
            release();
        } catch (JsonException e) {
            throw refuse(JsonRpcErrorCode.PARSE_ERROR, String.valueOf(e.getMessage()));
        }
        return message();
    }

    private boolean isScalarAlone() {
        return longText == null
                ? RawJson.first(message, length).isFollowedBySpaceOnly(length)
                : longText.first().isFollowedBySpaceOnly(longText.keptLength());
    }

    /** A bare number ends only where something else begins. */
    private void endBareNumber() throws JsonRpcException {
        if (root == Plain.NONE && length > 0) {
            var reader = openFeed();
            if (longText == null) {
                reader.feed(new byte[] {' '}, 0, 1);
            } else {
                longText.makeRoom(1);
                longText.room()[longText.roomFrom()] = ' ';
                reader.feed(longText, 1);
            }
            advance(reader);
        }
    }

    private void advance(JsonFeed reader) throws JsonRpcException {
        for (var token = reader.next(); token != JsonFeed.MORE; token = reader.next()) {
            if (whole) {
                throw new JsonException("something follows the JSON text");
            }
            if (root == Plain.OBJECT) {
                inMessage(reader, token, reader.depth());
            } else if (root == Plain.NONE) {
                beginRoot(token);
            } else if (root instanceof Items items) {
                inBatch(items, reader, token);
            }
            if (reader.depth() == 0) {
                whole = true;
                if (root != Plain.SCALAR) {
                    int end = reader.offset();
                    requireSpace(longText == null ? RawJson.isSpace(message, end, length) : longText.isSpaceFrom(end));
                }
            }
        }
    }

    private void beginRoot(JsonToken token) {
        root = switch (token) {
            case START_OBJECT -> Plain.OBJECT;
            case START_ARRAY -> new Items();
            default -> Plain.SCALAR;
        };
    }

    private void inBatch(Items items, JsonFeed reader, JsonToken token) throws JsonRpcException {
        int depth = reader.depth();
        if (depth == 2 && token == JsonToken.START_OBJECT) {
            requireItemsLeft(items);
            items.inObject = true;
        } else if (depth == 1 && token == JsonToken.END_OBJECT) {
            items.inObject = false;
            items.read.add(item());
            forgetMessage();
        } else if (items.inObject) {
            inMessage(reader, token, depth - 1);
        } else if (depth == 2 ? token == JsonToken.START_ARRAY : depth == 1 && token != JsonToken.END_ARRAY) {
            requireItemsLeft(items);
            items.read.add(new JsonRpcMessage.Invalid(null, "a message is an object"));
        }
    }

    private void requireItemsLeft(Items items) throws JsonRpcException {
        if (items.read.size() == batchItemsMax) {
            throw refuse(JsonRpcErrorCode.INVALID_REQUEST, "a batch of more than " + batchItemsMax + " messages");
        }
    }

    /** @param depth objects and arrays open, the message itself being one */
    private void inMessage(JsonFeed reader, JsonToken token, int depth) {
        switch (depth) {
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
        member = Member.OTHER;
    }

    private void beginNested(JsonFeed reader) {
        switch (member) {
            case JSONRPC, METHOD -> requireShape(false, "jsonrpc and method must be strings");
            case ID -> requireShape(false, "id must be a string or an integer");
            case PARAMS, RESULT, ERROR -> valueFrom = reader.offset() - 1;
            case OTHER -> {}
        }
    }

    /** An object that was a member's value has ended. */
    private void endNested(JsonFeed reader) {
        switch (member) {
            case PARAMS -> params = slice(reader);
            case RESULT, ERROR -> {
                requireShape(answer == null, "a message has a result or an error, not both");
                answer = slice(reader);
                answerIsError = member == Member.ERROR;
            }
            case JSONRPC, ID, METHOD, OTHER -> {}
        }
        member = Member.OTHER;
    }

    private RawJson slice(JsonFeed reader) {
        return longText == null
                ? RawJson.ofChecked(message, valueFrom, reader.offset())
                : longText.slice(valueFrom, reader.offset());
    }

    private void requireShape(boolean condition, String problem) {
        if (!condition && shape == null) {
            shape = problem;
        }
    }

    private static void requireSpace(boolean isSpace) {
        if (!isSpace) {
            throw new JsonException("something follows the JSON text");
        }
    }

    private JsonRpcMessage message() throws JsonRpcException {
        if (root instanceof Items items) {
            if (items.read.isEmpty()) {
                throw refuse(JsonRpcErrorCode.INVALID_REQUEST, "a batch of no messages");
            }
            return new JsonRpcMessage.Batch(items.read);
        }
        requireShape(root == Plain.OBJECT, "a message is an object");
        return switch (item()) {
            case JsonRpcMessage.Single message -> message;
            case JsonRpcMessage.Invalid(var _, String problem) ->
                throw refuse(JsonRpcErrorCode.INVALID_REQUEST, problem);
        };
    }

    /** @return what the members that were read make together */
    private JsonRpcMessage.Item item() {
        requireShape(versionSeen, "jsonrpc is missing");
        requireShape(method == null || answer == null, "a message is a request or a response");
        requireShape(method != null || answer != null, "method is missing");
        requireShape(method != null || params == null, "method is missing");
        requireShape(method != null || answerIsError || id != null, "id is missing");
        if (shape != null) {
            return new JsonRpcMessage.Invalid(id, shape);
        }
        if (method != null) {
            return id != null
                    ? new JsonRpcMessage.Request(id, method, params)
                    : new JsonRpcMessage.Notification(method, params);
        }
        if (answer != null && answerIsError) {
            return new JsonRpcMessage.ErrorResponse(id, answer);
        }
        if (answer != null && id != null) {
            return new JsonRpcMessage.Response(id, answer);
        }
        throw new IllegalStateException("a message of no kind"); // the shapes above leave none
    }

    private void forgetMessage() {
        member = Member.OTHER;
        shape = null;
        versionSeen = false;
        id = null;
        method = null;
        params = null;
        answer = null;
        answerIsError = false;
    }

    /** Most messages need none. */
    private JsonFeed openFeed() {
        if (feed == null) {
            feed = JsonFeed.take();
        }
        return feed;
    }

    private void release() {
        if (longText != null) {
            longText.release();
        }
    }

    private void requireNotRefused() throws JsonRpcException {
        if (refusal != null) {
            throw refusal;
        }
    }

    private JsonRpcException refuse(JsonRpcErrorCode code, String detail) {
        feed = null; // not reused: it stands in the middle of something
        release();
        boolean idKnown = code == JsonRpcErrorCode.INVALID_REQUEST && root == Plain.OBJECT;
        refusal = new JsonRpcException(code, detail, idKnown ? id : null);
        return refusal;
    }
}
