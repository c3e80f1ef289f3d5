package dev.portcullis.mcp.registry;

import dev.portcullis.policy.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The resources and resource templates of this server, in the order of their registration. Immutable. */
public final class ResourceRegistry {
    private final Map<String, RegisteredResource> byUri;
    private final List<RegisteredResource> resources;
    private final List<RegisteredResource> templates;

    /**
     * A resource or template that has passed registration.
     *
     * @param action what the policy is asked when it is listed; a read through a template is asked with its own URI
     */
    public record RegisteredResource(
            ResourceHandler handler, ResourceDefinition definition, Action.ReadResource action) {}

    private ResourceRegistry(Map<String, RegisteredResource> byUri) {
        this.byUri = byUri;
        this.resources = byUri.values().stream()
                .filter(each -> !each.definition().template())
                .toList();
        this.templates = byUri.values().stream()
                .filter(each -> each.definition().template())
                .toList();
    }

    /**
     * Checks the definitions.
     *
     * @throws IllegalArgumentException all that is wrong, one line per resource
     */
    public static ResourceRegistry of(List<? extends ResourceHandler> handlers) {
        var byUri = new LinkedHashMap<String, RegisteredResource>();
        var problems = new ArrayList<String>();
        for (var handler : handlers) {
            var definition = handler.definition();
            String uri = definition.uri();
            var resource = new RegisteredResource(handler, definition, new Action.ReadResource(uri));
            if (byUri.put(uri, resource) != null) {
                problems.add("resource " + uri + ": the URI is taken");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return new ResourceRegistry(byUri);
    }

    /** @return the resource of this very URI, or template text; templates are not matched */
    public @Nullable RegisteredResource find(String uri) {
        return byUri.get(uri);
    }

    public List<RegisteredResource> resources() {
        return resources;
    }

    public List<RegisteredResource> templates() {
        return templates;
    }
}
