package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;

/** Says of a message to which task it belongs, where that is not said otherwise (H-143). */
final class RelatedTask {
    private static final String META = "_meta";

    private RelatedTask() {}

    /** Writes an object's members, and the task among those of {@code _meta}. */
    static void members(JsonWriter out, RawJson object, String taskId) {
        RawJson meta = RawJson.EMPTY_OBJECT;
        var cursor = object.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.nameIs(META)) {
                meta = cursor.slice();
            } else {
                out.name(cursor.name()).raw(cursor.slice());
            }
        }
        out.name(META).beginObject();
        var inMeta = meta.cursor();
        inMeta.enterObject();
        while (inMeta.nextMember()) {
            out.name(inMeta.name()).raw(inMeta.slice());
        }
        out.name("io.modelcontextprotocol/related-task").beginObject();
        out.name("taskId").string(taskId).endObject().endObject();
    }
}
