package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.Completion;
import dev.portcullis.mcp.registry.CompletionCall;
import dev.portcullis.mcp.registry.ResourceCall;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A resource, or a family of them, made of a definition and lambdas. */
public record TestResource(ResourceDefinition definition, Body body, TestPrompt.Suggestions suggestions)
        implements ResourceHandler {
    /** What it holds. */
    @FunctionalInterface
    public interface Body {
        @Nullable
        List<ResourceContents> read(ResourceCall call) throws Exception;
    }

    public TestResource(ResourceDefinition definition, Body body) {
        this(definition, body, _ -> Completion.NONE);
    }

    /** One that holds its URI as text. */
    public static TestResource of(String uri) {
        return new TestResource(
                ResourceDefinition.of(uri, uri.substring(uri.indexOf(':') + 1), "Test " + uri, "text/plain"),
                TestResource::uri);
    }

    /** A family that hold their URIs as text. */
    public static TestResource template(String uri) {
        return new TestResource(
                ResourceDefinition.template(uri, "family", "Test " + uri, "text/plain"), TestResource::uri);
    }

    private static List<ResourceContents> uri(ResourceCall call) {
        return List.of(new ResourceContents.Text(call.uri(), "text/plain", call.uri()));
    }

    @Override
    public @Nullable List<ResourceContents> read(ResourceCall call) throws Exception {
        return body.read(call);
    }

    @Override
    public Completion complete(CompletionCall call) throws Exception {
        return suggestions.complete(call);
    }
}
