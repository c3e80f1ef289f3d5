package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.model.Content;

/** 2024-11-05: as 2025-03-26, and there is no sound. */
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
    public void content(JsonWriter out, Content content) {
        if (content instanceof Content.Audio audio) { // H-210
            SessionRevision.super.content(out, new Content.Text("[audio: " + audio.mimeType() + "]"));
        } else {
            SessionRevision.super.content(out, content);
        }
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
