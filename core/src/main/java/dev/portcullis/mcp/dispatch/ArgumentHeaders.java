package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.MirroredArgument;
import java.util.List;

/** The headers in which a client repeats arguments; asked once the tool is known (H §4.2, step 13). */
@FunctionalInterface
public interface ArgumentHeaders {
    /** Where headers mean nothing: sessions (H-59). */
    ArgumentHeaders NONE = (_, _) -> {};

    /** @throws McpException HEADER_MISMATCH (H-54) */
    void check(List<MirroredArgument> mirrored, RawJson arguments) throws McpException;
}
