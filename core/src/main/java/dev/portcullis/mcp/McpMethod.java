package dev.portcullis.mcp;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What clients may ask of us or tell us, in any revision (H §7). A method that is not here is unknown (H-160). */
public enum McpMethod {
    INITIALIZE("initialize"),
    INITIALIZED("notifications/initialized"),
    PING("ping"),
    DISCOVER("server/discover"),
    LISTEN("subscriptions/listen"),
    LIST_TOOLS("tools/list"),
    CALL_TOOL("tools/call", "name"),
    LIST_PROMPTS("prompts/list"),
    GET_PROMPT("prompts/get", "name"),
    LIST_RESOURCES("resources/list"),
    LIST_RESOURCE_TEMPLATES("resources/templates/list"),
    READ_RESOURCE("resources/read", "uri"),
    SUBSCRIBE("resources/subscribe"),
    UNSUBSCRIBE("resources/unsubscribe"),
    COMPLETE("completion/complete"),
    SET_LOG_LEVEL("logging/setLevel"),
    GET_TASK("tasks/get", "taskId"),
    UPDATE_TASK("tasks/update", "taskId"),
    CANCEL_TASK("tasks/cancel", "taskId"),
    LIST_TASKS("tasks/list"),
    TASK_RESULT("tasks/result"),
    CANCELLED("notifications/cancelled"),
    PROGRESS("notifications/progress"),
    ROOTS_CHANGED("notifications/roots/list_changed");

    private static final Map<String, McpMethod> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(McpMethod::text, Function.identity()));

    private final String text;
    private final @Nullable String named;

    McpMethod(String text) {
        this(text, null);
    }

    McpMethod(String text, @Nullable String named) {
        this.text = text;
        this.named = named;
    }

    public static @Nullable McpMethod of(String text) {
        return BY_NAME.get(text);
    }

    /** @return the name on the wire */
    public String text() {
        return text;
    }

    /** @return the member of params that {@code Mcp-Name} repeats in stateless revisions; null for none (H §4.3) */
    public @Nullable String named() {
        return named;
    }

    /** @return whether it wants no answer */
    public boolean isNotification() {
        return text.startsWith("notifications/");
    }
}
