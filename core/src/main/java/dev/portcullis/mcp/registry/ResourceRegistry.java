package dev.portcullis.mcp.registry;

import dev.portcullis.policy.Action;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resources and resource templates of this server, each in the order of their registration. A URI is that of a resource, if there is one, else of the first template
 * that it fits. Immutable.
 */
public final class ResourceRegistry {
    private static final int NAME_CHARS_MAX = 128;
    private static final int URI_CHARS_MAX = 2_048;
    private static final int TTL_MILLIS_MAX = 60 * 60 * 1_000;

    private final Roster<RegisteredResource> resources;
    private final Roster<RegisteredResource> templates;

    /**
     * A resource or template that has passed registration.
     *
     * @param template which URIs are of it; null for one resource
     * @param action what the policy is asked when it is listed; a read through a template is asked with its own URI
     */
    public record RegisteredResource(
            ResourceHandler handler,
            ResourceDefinition definition,
            @Nullable UriTemplate template,
            Action.ReadResource action)
            implements Registered {
        @Override
        public String key() {
            return definition.uri();
        }

        /** @return whether it is a template with this variable */
        public boolean hasVariable(String name) {
            return template != null && template.names().contains(name);
        }
    }

    /**
     * What a URI names.
     *
     * @param variables what stands in the URI for the template's variables, by name; empty for one resource
     * @param action what the policy is asked
     */
    public record Match(RegisteredResource resource, Map<String, String> variables, Action.ReadResource action) {}

    private ResourceRegistry(Roster<RegisteredResource> resources, Roster<RegisteredResource> templates) {
        this.resources = resources;
        this.templates = templates;
    }

    /**
     * Checks the definitions.
     *
     * @throws IllegalArgumentException all that is wrong, a line each
     */
    public static ResourceRegistry of(List<? extends ResourceHandler> handlers) {
        var problems = new DefinitionProblems("resource");
        var resources = new ArrayList<RegisteredResource>();
        var templates = new ArrayList<RegisteredResource>();
        var taken = new HashMap<String, String>();
        for (var handler : handlers) {
            var resource = check(handler, taken, problems);
            (resource.template() == null ? resources : templates).add(resource);
        }
        problems.throwIfAny();
        return new ResourceRegistry(Roster.of(resources), Roster.of(templates));
    }

    /** @param taken URIs, and shapes of templates, and who has them; grows */
    private static RegisteredResource check(
            ResourceHandler handler, Map<String, String> taken, DefinitionProblems problems) {
        var definition = handler.definition();
        String uri = definition.uri();
        problems.requireLine(definition.name(), uri, "a name");
        problems.require(definition.name().length() <= NAME_CHARS_MAX, uri, "the name is too long");
        problems.requireLine(definition.title(), uri, "a title");
        problems.requireTimeout(definition.timeoutMillis(), uri);
        problems.require(
                definition.ttlMillis() >= 0 && definition.ttlMillis() <= TTL_MILLIS_MAX,
                uri,
                "ttlMillis is 0 to " + TTL_MILLIS_MAX + " (T-42), found " + definition.ttlMillis());
        problems.require(definition.size() == null || definition.size() >= 0, uri, "size is negative");
        UriTemplate template = null;
        if (definition.template()) {
            problems.require(definition.size() == null, uri, "a template has no size");
            try {
                template = UriTemplate.parse(uri);
            } catch (IllegalArgumentException e) {
                problems.require(false, uri, "not a URI template: " + e.getMessage());
            }
        } else {
            problems.require(isUri(uri), uri, "not a URI: a scheme, a colon, and no character that URIs lack");
        }
        String owner = taken.putIfAbsent(shape(uri, template), uri);
        problems.require(owner == null, uri, uri.equals(owner) ? "the URI is taken" : "fits the same URIs as " + owner);
        return new RegisteredResource(
                handler, definition, template, new Action.ReadResource(uri, template == null ? null : uri));
    }

    private static boolean isUri(String uri) {
        return uri.length() <= URI_CHARS_MAX && UriSyntax.hasScheme(uri) && UriSyntax.isMadeOfUriChars(uri);
    }

    private static String shape(String uri, @Nullable UriTemplate template) {
        return template == null ? uri : template.shape();
    }

    /** @throws IllegalArgumentException what is wrong with it */
    ResourceRegistry with(ResourceHandler handler) {
        var problems = new DefinitionProblems("resource");
        var taken = new HashMap<String, String>();
        resources().forEach(known -> taken.put(known.key(), known.key()));
        templates().forEach(known -> taken.put(shape(known.key(), known.template()), known.key()));
        var resource = check(handler, taken, problems);
        problems.throwIfAny();
        return resource.template() == null
                ? new ResourceRegistry(resources.with(resource), templates)
                : new ResourceRegistry(resources, templates.with(resource));
    }

    /** @param uri of a resource, or the text of a template */
    ResourceRegistry without(String uri) {
        return new ResourceRegistry(resources.without(uri), templates.without(uri));
    }

    /** @return the resource of this very URI, or template text; templates are not matched */
    public @Nullable RegisteredResource find(String uri) {
        var resource = resources.find(uri);
        return resource != null ? resource : templates.find(uri);
    }

    /** @return the resource of this URI, or the first template it fits; null if there is none (H-181) */
    public @Nullable Match match(String uri) {
        var resource = resources.find(uri);
        if (resource != null) {
            return new Match(resource, Map.of(), resource.action());
        }
        for (var each : templates.all()) {
            var variables = each.template() == null ? null : each.template().match(uri);
            if (variables != null) {
                return new Match(each, variables, new Action.ReadResource(uri, each.key()));
            }
        }
        return null;
    }

    public List<RegisteredResource> resources() {
        return resources.all();
    }

    public List<RegisteredResource> templates() {
        return templates.all();
    }

    /** @return the resources, with the place of each */
    public Roster<RegisteredResource> resourceRoster() {
        return resources;
    }

    /** @return the templates, with the place of each */
    public Roster<RegisteredResource> templateRoster() {
        return templates;
    }
}
