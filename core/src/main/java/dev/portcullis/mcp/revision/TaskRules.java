package dev.portcullis.mcp.revision;

/** Which generation of tasks a revision has. */
public enum TaskRules {
    /** None. */
    NONE,
    /** The client asks for a call to be a task (2025-11-25, experimental; H §5.5). */
    CLIENT_DECIDES,
    /** The server makes a call a task, for clients that declare the extension (H §4.9). */
    SERVER_DECIDES
}
