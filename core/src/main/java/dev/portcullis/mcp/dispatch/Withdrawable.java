package dev.portcullis.mcp.dispatch;

/** A request of a session that has not been answered yet. */
@FunctionalInterface
interface Withdrawable {
    /** Its client has cancelled it and waits for no response (H-115), or its session ends. Any thread; does nothing if it has been answered. */
    void withdraw();
}
