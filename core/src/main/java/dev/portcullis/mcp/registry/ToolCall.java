package dev.portcullis.mcp.registry;

import dev.portcullis.identity.Principal;
import org.jspecify.annotations.Nullable;

/** One call of a tool, as its author sees it. Used by the thread that runs the call, and those it hands it to. */
public interface ToolCall {
    /** Who calls. */
    Principal principal();

    /** What with; checked against the input schema. */
    Arguments arguments();

    /**
     * Tells the client how far the work is; nothing is sent if it did not ask (H-133).
     *
     * @param progress must rise from call to call; else it is dropped
     * @param total NaN if not known
     * @param message for people; null for none
     */
    void progress(double progress, double total, @Nullable String message);

    /** @return whether the client has given up, or time is over; work should stop soon. A thread waiting in a blocking call is interrupted as well */
    boolean cancelled();
}
