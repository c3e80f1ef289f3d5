package dev.portcullis.mcp.registry;

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
            tools = tools.with(tool);
        }
        changes.announce(new Change.ToolList());
    }

    /** @throws IllegalArgumentException what is wrong with it */
    public void add(PromptHandler prompt) {
        synchronized (this) {
            prompts = prompts.with(prompt);
        }
        changes.announce(new Change.PromptList());
    }

    /** @throws IllegalArgumentException what is wrong with it */
    public void add(ResourceHandler resource) {
        synchronized (this) {
            resources = resources.with(resource);
        }
        changes.announce(new Change.ResourceList());
    }

    /** Calls that are running go on. @return whether it was there */
    public boolean removeTool(String name) {
        synchronized (this) {
            if (tools.find(name) == null) {
                return false;
            }
            tools = tools.without(name);
        }
        changes.announce(new Change.ToolList());
        return true;
    }

    /** Calls that are running go on. @return whether it was there */
    public boolean removePrompt(String name) {
        synchronized (this) {
            if (prompts.find(name) == null) {
                return false;
            }
            prompts = prompts.without(name);
        }
        changes.announce(new Change.PromptList());
        return true;
    }

    /**
     * Reads that are running go on.
     *
     * @param uri of a resource, or the text of a template
     * @return whether it was there
     */
    public boolean removeResource(String uri) {
        synchronized (this) {
            if (resources.find(uri) == null) {
                return false;
            }
            resources = resources.without(uri);
        }
        changes.announce(new Change.ResourceList());
        return true;
    }
}
