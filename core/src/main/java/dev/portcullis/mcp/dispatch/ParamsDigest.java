package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import java.util.TreeMap;

/**
 * SHA-256 of a request's params as far as they say what is wanted: the same for every way of writing them, since a client may write a request that it repeats with other
 * spaces, escapes, and order of members.
 */
final class ParamsDigest {
    /** What differs from one round of a call to the next (H-87). */
    private static final Set<String> NOT_COUNTED = Set.of("_meta", "inputResponses", "requestState");

    private ParamsDigest() {}

    static byte[] of(RawJson params) {
        try (var out = JsonWriter.take()) {
            writeObject(out, params, NOT_COUNTED);
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(out.buffer(), 0, out.length());
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256", e);
        }
    }

    private static void write(JsonWriter out, RawJson value) {
        switch (value.kind()) {
            case OBJECT -> writeObject(out, value, Set.of());
            case ARRAY -> writeArray(out, value);
            case STRING -> out.string(value.cursor().string());
            case NUMBER, BOOLEAN, NULL -> out.raw(value);
        }
    }

    private static void writeObject(JsonWriter out, RawJson object, Set<String> without) {
        var members = new TreeMap<String, RawJson>();
        var cursor = object.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            String name = cursor.name();
            if (!without.contains(name)) {
                members.put(name, cursor.slice());
            }
        }
        out.beginObject();
        members.forEach((name, value) -> write(out.name(name), value));
        out.endObject();
    }

    private static void writeArray(JsonWriter out, RawJson array) {
        out.beginArray();
        var cursor = array.cursor();
        cursor.enterArray();
        while (cursor.nextElement()) {
            write(out, cursor.slice());
        }
        out.endArray();
    }
}
