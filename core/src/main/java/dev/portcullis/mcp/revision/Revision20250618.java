package dev.portcullis.mcp.revision;

import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;

/** 2025-06-18: sessions; arguments that do not fit are errors. */
record Revision20250618(ServerInfo info) implements SessionRevision {
    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.V2025_06_18;
    }

    @Override
    public boolean argumentErrorsAreResults() {
        return false;
    }
}
