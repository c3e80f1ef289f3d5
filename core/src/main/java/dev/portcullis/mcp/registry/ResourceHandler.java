package dev.portcullis.mcp.registry;

import dev.portcullis.mcp.model.ResourceContents;
import java.util.List;

/** One resource, or a family of them: what it is, and what it holds. One instance serves all reads, each on a virtual thread of its own. */
public interface ResourceHandler {
    /** What clients are told; asked once, at registration. */
    ResourceDefinition definition();

    /**
     * Reads it.
     *
     * @return what it holds, never empty; null if there is no such resource, or not for this caller (H-180)
     * @throws InterruptedException the call was cancelled, or its time is over; let it through
     * @throws Exception a bug: the caller gets an internal error without detail
     */
    @org.jspecify.annotations.Nullable
    List<ResourceContents> read(ResourceCall call) throws Exception;

    /** Suggests values of a template's variable; nothing unless overridden. */
    default Completion complete(CompletionCall call) throws Exception {
        return Completion.NONE;
    }
}
