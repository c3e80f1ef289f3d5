package dev.portcullis.mcp.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tools of this server, in the order of their registration. Immutable. */
public final class ToolRegistry {
    private final Map<String, RegisteredTool> byName;
    private final List<RegisteredTool> all;

    private ToolRegistry(Map<String, RegisteredTool> byName) {
        this.byName = byName;
        this.all = List.copyOf(byName.values());
    }

    /** The same of an array. */
    public static ToolRegistry of(ToolHandler... handlers) {
        return of(List.of(handlers));
    }

    /**
     * Checks and compiles the definitions.
     *
     * @throws IllegalArgumentException all that is wrong, one line per tool
     */
    public static ToolRegistry of(List<? extends ToolHandler> handlers) {
        var byName = new LinkedHashMap<String, RegisteredTool>();
        var problems = new ArrayList<String>();
        for (var handler : handlers) {
            String name = handler.definition().name();
            try {
                if (byName.put(name, RegisteredTool.of(handler)) != null) {
                    problems.add("tool " + name + ": the name is taken");
                }
            } catch (IllegalArgumentException e) {
                problems.add("tool " + name + ": " + e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return new ToolRegistry(byName);
    }

    public @Nullable RegisteredTool find(String name) {
        return byName.get(name);
    }

    /** @return the tools' names */
    public Set<String> names() {
        return all().stream().map(tool -> tool.definition().name()).collect(Collectors.toUnmodifiableSet());
    }

    public List<RegisteredTool> all() {
        return all;
    }
}
