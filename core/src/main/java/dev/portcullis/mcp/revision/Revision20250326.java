package dev.portcullis.mcp.revision;

import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;

/** 2025-03-26: as 2025-06-18, and messages may come in arrays. */
record Revision20250326(ServerInfo info) implements SessionRevision {
    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.V2025_03_26;
    }

    @Override
    public boolean takesBatches() {
        return true; // H-111
    }

    @Override
    public boolean argumentErrorsAreResults() {
        return false;
    }

    @Override
    public boolean completesInContext() {
        return false;
    }
}
