package dev.portcullis.mcp.registry;

/** One prompt: what it is, and what it says. One instance serves all calls, each on a virtual thread of its own. */
public interface PromptHandler {
    /** What clients are told; asked once, at registration. */
    PromptDefinition definition();

    /**
     * Says it. Required arguments are there, and all are strings.
     *
     * @throws InterruptedException the call was cancelled, or its time is over; let it through
     * @throws Exception a bug: the caller gets an internal error without detail
     */
    PromptResult get(PromptCall call) throws Exception;

    /** Suggests values of an argument; nothing unless overridden. */
    default Completion complete(CompletionCall call) throws Exception {
        return Completion.NONE;
    }
}
