package dev.portcullis.mcp.revision;

import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;

/** 2024-11-05: as 2025-03-26. */
record Revision20241105(ServerInfo info) implements SessionRevision {
    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.V2024_11_05;
    }

    @Override
    public boolean takesBatches() {
        return true; // H-111
    }

    @Override
    public boolean argumentErrorsAreResults() {
        return false;
    }
}
