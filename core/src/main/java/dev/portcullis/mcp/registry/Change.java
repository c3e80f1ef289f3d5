package dev.portcullis.mcp.registry;

/** What of the server's offer has changed, so that clients that asked are told. */
public sealed interface Change {
    /** Tools were added or removed. */
    record ToolList() implements Change {}

    /** Prompts were added or removed. */
    record PromptList() implements Change {}

    /** Resources or templates were added or removed. */
    record ResourceList() implements Change {}

    /** What a resource holds has changed. */
    record ResourceUpdated(String uri) implements Change {}
}
