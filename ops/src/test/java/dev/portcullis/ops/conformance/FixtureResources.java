package dev.portcullis.ops.conformance;

import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.ResourceCall;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceHandler;
import java.util.List;
import java.util.function.Function;

/** All resources, and the template of more. */
final class FixtureResources {
    private FixtureResources() {}

    /** A resource as a row of a table. */
    private record FixtureResource(ResourceDefinition definition, Function<ResourceCall, ResourceContents> contents)
            implements ResourceHandler {
        @Override
        public List<ResourceContents> read(ResourceCall call) {
            return List.of(contents.apply(call));
        }
    }

    static ResourceHandler[] all() {
        return new ResourceHandler[] {
            text("static-text", "A text", "This is the content of the static text resource."),
            new FixtureResource(
                    ResourceDefinition.of("test://static-binary", "static-binary", "A picture", "image/png"),
                    call -> new ResourceContents.Blob(call.uri(), "image/png", Samples.png())),
            text("watched-resource", "A text to subscribe to", "Nothing has happened."),
            new FixtureResource(
                    ResourceDefinition.template(
                            "test://template/{id}/data", "template", "Data by number", "application/json"),
                    FixtureResources::data)
        };
    }

    private static FixtureResource text(String name, String description, String text) {
        return new FixtureResource(
                ResourceDefinition.of("test://" + name, name, description, "text/plain"),
                call -> new ResourceContents.Text(call.uri(), "text/plain", text));
    }

    private static ResourceContents data(ResourceCall call) {
        String id = call.variable("id");
        String text = "{\"id\":\"" + id + "\",\"templateTest\":true,\"data\":\"Data for ID: " + id + "\"}";
        return new ResourceContents.Text(call.uri(), "application/json", text);
    }
}
