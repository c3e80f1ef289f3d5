package dev.portcullis.mcp.registry;

import java.util.ArrayList;
import java.util.List;

/** All that this server offers. May grow and shrink while it runs: each change takes effect at once, and clients that asked are told. Any thread. */
public final class Catalog {
    private final Changes changes = new Changes();
    private volatile ToolRegistry tools;
    private volatile PromptRegistry prompts;
    private volatile ResourceRegistry resources;

    public Catalog(ToolRegistry tools, PromptRegistry prompts, ResourceRegistry resources) {
        this.tools = tools;
        this.prompts = prompts;
        this.resources = resources;
    }

    /** A catalog of tools alone. */
    public static Catalog of(ToolHandler... tools) {
        return new Catalog(ToolRegistry.of(tools), PromptRegistry.of(List.of()), ResourceRegistry.of(List.of()));
    }

    public ToolRegistry tools() {
        return tools;
    }

    public PromptRegistry prompts() {
        return prompts;
    }

    public ResourceRegistry resources() {
        return resources;
    }

    public Changes changes() {
        return changes;
    }

    /** @throws IllegalArgumentException what is wrong with it */
    public void add(ToolHandler tool) {
        synchronized (this) {
            var handlers = new ArrayList<>(handlers(tools));
            handlers.add(tool);
            tools = ToolRegistry.of(handlers);
        }
        changes.announce(new Change.ToolList());
    }

    /** Calls that are running go on. */
    public void removeTool(String name) {
        synchronized (this) {
            tools = ToolRegistry.of(handlers(tools).stream()
                    .filter(handler -> !handler.definition().name().equals(name))
                    .toList());
        }
        changes.announce(new Change.ToolList());
    }

    private static List<ToolHandler> handlers(ToolRegistry tools) {
        return tools.all().stream().map(RegisteredTool::handler).toList();
    }
}
