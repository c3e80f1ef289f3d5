package dev.portcullis.mcp.codec;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code params}, taken apart in one walk into what most methods and the mirrored headers ask for; the rest is found by {@link #member}.
 *
 * @param whole the object itself
 * @param name {@code params.name}; null if absent or not a string
 * @param arguments {@code params.arguments}
 * @param task {@code params.task}, which asks for the call to be a task (H-141)
 * @param meta {@code params._meta}
 * @param metaIsObject false if there is a {@code _meta} of another type
 */
public record RequestParams(
        RawJson whole,
        @Nullable String name,
        @Nullable RawJson arguments,
        @Nullable RawJson task,
        RequestMeta meta,
        boolean metaIsObject) {
    /** No params. */
    public static final RequestParams NONE =
            new RequestParams(RawJson.EMPTY_OBJECT, null, null, null, RequestMeta.NONE, true);

    private static final byte[] NAME = "name".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ARGUMENTS = "arguments".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TASK = "task".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] META = "_meta".getBytes(StandardCharsets.US_ASCII);

    public static RequestParams of(@Nullable RawJson params) {
        return params == null ? NONE : read(params);
    }

    private static RequestParams read(RawJson params) {
        String name = null;
        RawJson arguments = null;
        RawJson task = null;
        RequestMeta meta = RequestMeta.NONE;
        boolean metaIsObject = true;
        var cursor = params.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.nameIs(NAME)) {
                name = cursor.kind() == JsonKind.STRING ? cursor.familiarString() : null;
            } else if (cursor.nameIs(ARGUMENTS)) {
                arguments = cursor.slice();
            } else if (cursor.nameIs(TASK)) {
                task = cursor.slice();
            } else if (cursor.nameIs(META)) {
                metaIsObject = cursor.kind() == JsonKind.OBJECT;
                meta = metaIsObject ? RequestMeta.read(cursor) : RequestMeta.NONE;
            }
        }
        return new RequestParams(params, name, arguments, task, meta, metaIsObject);
    }

    /** @return another member of params; null if absent */
    public @Nullable RawJson member(String member) {
        return memberOf(whole, member);
    }

    /** @return a member of {@code _meta} that few ask for; null if absent. Looked for anew each time, so that calls that do not ask pay nothing */
    public @Nullable RawJson metaMember(String member) {
        var all = member("_meta");
        return all == null ? null : memberOf(all, member);
    }

    /** @return a member of an object; null if absent, or this is no object */
    public static @Nullable RawJson memberOf(RawJson object, String member) {
        if (object.kind() != JsonKind.OBJECT) {
            return null;
        }
        var cursor = object.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.nameIs(member)) {
                return cursor.slice();
            }
        }
        return null;
    }
}
