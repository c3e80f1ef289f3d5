package dev.portcullis.mcp.registry;

import dev.portcullis.policy.Action;

/** Something of an author's that has passed registration. Immutable. */
public sealed interface Registered
        permits RegisteredTool, PromptRegistry.RegisteredPrompt, ResourceRegistry.RegisteredResource {
    /** What it is known by, unique among its kind: a name, a URI, or the text of a URI template. */
    String key();

    /** What the policy is asked before a client hears of it. */
    Action action();
}
