package dev.portcullis.mcp.revision;

import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;

/** 2025-11-25: sessions; arguments that do not fit are results that the model can read. */
record Revision20251125(ServerInfo info) implements SessionRevision {
    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.V2025_11_25;
    }

    @Override
    public boolean primesStreams() {
        return true; // H-124
    }

    @Override
    public TaskRules tasks() {
        return TaskRules.CLIENT_DECIDES;
    }

    @Override
    public boolean argumentErrorsAreResults() {
        return true;
    }

    @Override
    public boolean tellsElicitationComplete() {
        return true;
    }
}
