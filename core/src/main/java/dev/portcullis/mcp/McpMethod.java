package dev.portcullis.mcp;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What clients may ask of us or tell us (H §7). A method that is not here is unknown (H-160). */
public enum McpMethod {
    INITIALIZE("initialize"),
    INITIALIZED("notifications/initialized"),
    PING("ping"),
    DISCOVER("server/discover"),
    LIST_TOOLS("tools/list"),
    CALL_TOOL("tools/call"),
    CANCELLED("notifications/cancelled");

    private static final Map<String, McpMethod> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(McpMethod::text, Function.identity()));

    private final String text;

    McpMethod(String text) {
        this.text = text;
    }

    public static @Nullable McpMethod of(String text) {
        return BY_NAME.get(text);
    }

    /** @return the name on the wire */
    public String text() {
        return text;
    }
}
