package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.ToolDefinition;
import org.jspecify.annotations.Nullable;

/** 2025-03-26: as 2024-11-05, and tools have hints, content may be heard, progress has words, and completion has a capability. */
record Revision20250326(Parts previous) implements Amendment, SessionRules {
    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.V2025_03_26;
    }

    @Override
    public boolean takesBatches() {
        return true; // H-111
    }

    @Override
    public boolean completesInContext() {
        return false; // H-183
    }

    @Override
    public void capabilityMembers(JsonWriter out, Offer offer) {
        previous.capabilityMembers(out, offer);
        if (offer.completions()) {
            out.name("completions").beginObject().endObject();
        }
    }

    @Override
    public void toolAnnotations(JsonWriter out, ToolDefinition tool) {
        Shapes.toolAnnotations(out, tool.title(), tool.annotations()); // the only place where a title fits
    }

    @Override
    public void contentMembers(JsonWriter out, Content content) {
        if (content instanceof Content.Audio audio) {
            Shapes.media(out, "audio", audio.data(), audio.mimeType());
        } else {
            previous.contentMembers(out, content);
        }
    }

    @Override
    public void progress(JsonWriter out, double progress, double total, @Nullable String message) {
        previous.progress(out, progress, total, message);
        Shapes.text(out, "message", message);
    }

    @Override
    public boolean canAsk(InputRequest request) {
        return request instanceof InputRequest.Sampling sampling
                ? Shapes.isWithoutTools(sampling)
                : previous.canAsk(request);
    }
}
