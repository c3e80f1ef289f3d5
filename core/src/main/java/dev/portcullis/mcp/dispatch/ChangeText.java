package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.mcp.registry.Change;

/** How a change is told: the same in all revisions, but for what stands around it. */
final class ChangeText {
    private ChangeText() {}

    /** @return of two changes with the same key, one is enough to be told (H-81) */
    static String key(Change change) {
        return switch (change) {
            case Change.ToolList() -> "tools";
            case Change.PromptList() -> "prompts";
            case Change.ResourceList() -> "resources";
            case Change.ResourceUpdated(String uri) -> "resource " + uri;
        };
    }

    /** Begins the notification; members of its params may follow. */
    static void begin(JsonWriter out, Change change) {
        JsonRpcEncoder.beginNotification(
                out,
                switch (change) {
                    case Change.ToolList() -> "notifications/tools/list_changed";
                    case Change.PromptList() -> "notifications/prompts/list_changed";
                    case Change.ResourceList() -> "notifications/resources/list_changed";
                    case Change.ResourceUpdated _ -> "notifications/resources/updated";
                });
        if (change instanceof Change.ResourceUpdated(String uri)) {
            out.name("uri").string(uri);
        }
    }
}
