package dev.portcullis.ops.examples;

import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.Changes;
import dev.portcullis.mcp.registry.ResourceCall;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceHandler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

final class NoteResource implements ResourceHandler {
    private final Map<String, String> notes = new ConcurrentHashMap<>();

    @Override
    public ResourceDefinition definition() { // a single resource is ResourceDefinition.of("note://today", …)
        return ResourceDefinition.template("note://{day}", "note", "The note of a day", "text/plain");
    }

    @Override
    public @Nullable List<ResourceContents> read(ResourceCall call) {
        String note = notes.get(call.variable("day"));
        return note == null ? null : List.of(new ResourceContents.Text(call.uri(), "text/plain", note));
    }

    void write(String day, String note, Changes changes) { // server.catalog().changes()
        notes.put(day, note);
        changes.resourceUpdated("note://" + day); // whoever has subscribed is told
    }
}
