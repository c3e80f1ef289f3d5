package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.registry.InputRefusedException;
import java.util.Map;

/** How a call gets answers from its client: each of sessions, requests that stand alone, and tasks has a way of its own. On the call's thread, or one it handed itself to. */
interface Asker {
    /**
     * Asks all of it at once. Does not return if the call has ended meanwhile, or could not be asked at all and has been answered so.
     *
     * @param requests by name, at least one
     * @return an answer to each, read by {@link InputResponses}
     * @throws InputRefusedException the client, or its person, has refused, or its answer does not fit
     * @throws InterruptedException the call was cancelled, or its time is over
     */
    Map<String, InputResponse> ask(CallRun run, Map<String, InputRequest> requests)
            throws InputRefusedException, InterruptedException;

    /** Sees to it that the answers a call was given do nothing a second time; nothing where they cannot come twice (H-88). */
    default void useOnce(CallRun run) {}
}
