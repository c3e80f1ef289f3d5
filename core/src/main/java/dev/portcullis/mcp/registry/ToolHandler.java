package dev.portcullis.mcp.registry;

/** One tool: what it is, and what it does. Written once by its author; every protocol revision is served from it. One instance serves all calls, on any thread. */
public interface ToolHandler {
    /** What clients are told; asked once, at registration. */
    ToolDefinition definition();

    /**
     * Does it. The arguments have passed the tool's input schema. Runs where {@link ToolDefinition#execution} says.
     *
     * @return what the model is to read; failures that the model can act on are results with {@link ToolResult#isError}
     * @throws InterruptedException the call was cancelled, or its time is over; let it through
     * @throws Exception a bug: the caller gets an internal error without detail
     */
    ToolResult call(ToolCall call) throws Exception;
}
