package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.registry.Change;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which changes a client wants to hear of (H-75).
 *
 * @param uris resources
 * @param taskIds tasks
 */
record ListenFilter(boolean tools, boolean prompts, boolean resources, Set<String> uris, Set<String> taskIds) {
    private static final String TOOLS = "toolsListChanged";
    private static final String PROMPTS = "promptsListChanged";
    private static final String RESOURCES = "resourcesListChanged";
    private static final String URIS = "resourceSubscriptions";
    private static final String TASKS = "taskIds";

    ListenFilter {
        uris = copyOf(uris);
        taskIds = copyOf(taskIds);
    }

    /** In the order asked for. Most ask for none, and each stream has one of these. */
    private static Set<String> copyOf(Set<String> asked) {
        return asked.isEmpty() ? Set.of() : Collections.unmodifiableSet(new LinkedHashSet<>(asked));
    }

    /**
     * @param most URIs, and tasks; beyond so many the rest is left out
     * @throws McpException INVALID_PARAMS: something is of another type than it should be
     */
    static ListenFilter read(RequestParams params, int most) throws McpException {
        var filter = CallParams.object(params.member("notifications"), "params.notifications");
        return new ListenFilter(
                flag(filter, TOOLS),
                flag(filter, PROMPTS),
                flag(filter, RESOURCES),
                strings(filter, URIS, most),
                strings(filter, TASKS, most));
    }

    private static boolean flag(RawJson filter, String name) throws McpException {
        var value = RequestParams.memberOf(filter, name);
        if (value != null && value.kind() != JsonKind.BOOLEAN) {
            throw wrong(name, "a boolean");
        }
        return value != null && value.text().equals("true");
    }

    private static Set<String> strings(RawJson filter, String name, int most) throws McpException {
        var value = RequestParams.memberOf(filter, name);
        if (value == null) {
            return Set.of();
        }
        if (value.kind() != JsonKind.ARRAY) {
            throw wrong(name, "an array of strings");
        }
        var strings = new LinkedHashSet<String>();
        var cursor = value.cursor();
        cursor.enterArray();
        while (cursor.nextElement()) {
            if (cursor.kind() != JsonKind.STRING) {
                throw wrong(name, "an array of strings");
            }
            if (strings.size() < most) {
                strings.add(cursor.string());
            }
        }
        return strings;
    }

    private static McpException wrong(String name, String expected) {
        return new McpException(McpError.INVALID_PARAMS, "params.notifications." + name + " must be " + expected);
    }

    /** @return what of it can be honoured (H-76), tasks aside: they are another's to say */
    ListenFilter only(boolean withTools, boolean withPrompts, boolean withResources, Predicate<String> uri) {
        var honoured = new LinkedHashSet<>(uris);
        honoured.removeIf(each -> !withResources || !uri.test(each));
        return new ListenFilter(
                tools && withTools, prompts && withPrompts, resources && withResources, honoured, Set.of());
    }

    /** @return this filter with these tasks */
    ListenFilter with(Set<String> taskIds) {
        return new ListenFilter(tools, prompts, resources, uris, taskIds);
    }

    boolean wants(Change change) {
        return switch (change) {
            case Change.ToolList() -> tools;
            case Change.PromptList() -> prompts;
            case Change.ResourceList() -> resources;
            case Change.ResourceUpdated(String uri) -> uris.contains(uri);
        };
    }

    void writeTo(JsonWriter out) {
        out.beginObject();
        write(out, TOOLS, tools);
        write(out, PROMPTS, prompts);
        write(out, RESOURCES, resources);
        write(out, URIS, uris);
        write(out, TASKS, taskIds);
        out.endObject();
    }

    private static void write(JsonWriter out, String name, Set<String> values) {
        if (!values.isEmpty()) {
            out.name(name).beginArray();
            values.forEach(out::string);
            out.endArray();
        }
    }

    private static void write(JsonWriter out, String name, boolean flag) {
        if (flag) {
            out.name(name).bool(true);
        }
    }
}
