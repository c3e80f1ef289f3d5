package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.mcp.registry.Change;
import org.jspecify.annotations.Nullable;

/** How a change is told: the same in all revisions, but for what stands around it. */
final class ChangeText {
    private static final String RESOURCE = "resource ";

    private ChangeText() {}

    /** @return of two changes with the same key, one is enough to be told (H-81) */
    static String key(Change change) {
        return switch (change) {
            case Change.ToolList() -> "tools";
            case Change.PromptList() -> "prompts";
            case Change.ResourceList() -> "resources";
            case Change.ResourceUpdated(String uri) -> RESOURCE + uri;
        };
    }

    /** @return what has this key; null if nothing has */
    static @Nullable Change parse(String key) {
        return switch (key) {
            case "tools" -> new Change.ToolList();
            case "prompts" -> new Change.PromptList();
            case "resources" -> new Change.ResourceList();
            default -> key.startsWith(RESOURCE) ? new Change.ResourceUpdated(key.substring(RESOURCE.length())) : null;
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
