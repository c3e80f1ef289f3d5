package dev.portcullis.jsonrpc;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes JSON-RPC envelopes. Between a begin and its end the caller writes members. */
public final class JsonRpcEncoder {
    private static final byte[] VERSION = "\"jsonrpc\":\"2.0\"".getBytes(StandardCharsets.US_ASCII);

    private JsonRpcEncoder() {}

    /** Begins a response; members of the result follow, then {@link #end}. */
    public static void beginResult(JsonWriter out, JsonRpcId id) {
        out.beginObject().copy(VERSION).name("id");
        id.writeTo(out);
        out.name("result").beginObject();
    }

    /** Begins a request of ours to the client; its params follow as one object, then {@link #endRequest}. */
    public static void beginRequest(JsonWriter out, JsonRpcId id, String method) {
        out.beginObject().copy(VERSION).name("id");
        id.writeTo(out);
        out.name("method").string(method);
        out.name("params");
    }

    /** Ends a request. */
    public static void endRequest(JsonWriter out) {
        out.endObject();
    }

    /** Begins a notification; members of its params follow, then {@link #end}. */
    public static void beginNotification(JsonWriter out, String method) {
        out.beginObject().copy(VERSION).name("method").string(method);
        out.name("params").beginObject();
    }

    /** Ends what a begin began. */
    public static void end(JsonWriter out) {
        out.endObject().endObject();
    }

    /** Writes an error whose object is at hand. */
    public static void error(JsonWriter out, JsonRpcId id, RawJson error) {
        out.beginObject().copy(VERSION).name("id");
        id.writeTo(out);
        out.name("error").raw(error).endObject();
    }

    /**
     * Writes an error.
     *
     * @param id null omits the member (H-200)
     * @param data a JSON value, or null for none
     */
    public static void error(JsonWriter out, @Nullable JsonRpcId id, int code, String message, byte @Nullable [] data) {
        out.beginObject().copy(VERSION);
        if (id != null) {
            out.name("id");
            id.writeTo(out);
        }
        out.name("error").beginObject().name("code").number(code);
        out.name("message").string(message);
        if (data != null) {
            out.name("data").copy(data);
        }
        out.endObject().endObject();
    }
}
