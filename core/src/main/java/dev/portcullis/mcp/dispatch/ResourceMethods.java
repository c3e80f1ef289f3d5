package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.ResourceRegistry.RegisteredResource;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import org.jspecify.annotations.Nullable;

/** {@code resources/list}, {@code resources/templates/list}, {@code resources/read}. */
final class ResourceMethods {
    /** Longer ones are not repeated whole. */
    private static final int URI_CHARS_MAX = 2_048;

    private final Catalog catalog;
    private final Permits permits;
    private final CallRunner runner;
    private final Pages<RegisteredResource> resources;
    private final Pages<RegisteredResource> templates;

    ResourceMethods(Catalog catalog, Permits permits, Pages.Rules lists, CallRunner runner) {
        this.catalog = catalog;
        this.permits = permits;
        this.runner = runner;
        Pages.Form<RegisteredResource> form =
                (revision, out, resource) -> revision.resource(out, resource.definition());
        this.resources = new Pages<>("resources", () -> catalog.resources().resourceRoster(), form, lists);
        this.templates =
                new Pages<>("resourceTemplates", () -> catalog.resources().templateRoster(), form, lists);
    }

    /** Lists what the caller may read. */
    @Nullable
    PendingCall list(JsonRpcId id, CallContext context) throws McpException {
        return resources.list(id, context);
    }

    /** Lists the templates of which the caller may read. */
    @Nullable
    PendingCall listTemplates(JsonRpcId id, CallContext context) throws McpException {
        return templates.list(id, context);
    }

    /** Reads one resource. @return the read, which goes on elsewhere; null if a scope is missing, and has been asked for */
    @Nullable
    PendingCall read(JsonRpcId id, CallContext context) throws McpException {
        long startedNanos = System.nanoTime();
        String uri = CallParams.string(context.params().member("uri"), "params.uri");
        var match = catalog.resources().match(uri);
        var permit = match == null ? Permits.Permit.HIDDEN : permits.ask(context, match.action());
        if (permit == Permits.Permit.SCOPE_ASKED) {
            return null;
        }
        if (match == null || permit == Permits.Permit.HIDDEN) {
            runner.telemetry().resourceRead("unknown", ToolOutcome.UNKNOWN, 0);
            throw notFound(context, uri);
        }
        CallParams.requireProgressToken(context);
        var run = new ResourceRun(match, id, context, runner, startedNanos);
        runner.start(run, match.resource().definition().timeoutMillis());
        return run;
    }

    /** No such resource, or not for this caller: the two look alike (H-180). */
    static McpException notFound(CallContext context, String uri) {
        String shown = uri.length() > URI_CHARS_MAX ? McpException.echo(uri) : uri;
        try (var out = JsonWriter.take()) {
            out.beginObject().name("uri").string(shown).endObject();
            return new McpException(
                    context.revision().resourceNotFound(),
                    "Resource not found: " + McpException.echo(uri),
                    out.toBytes());
        }
    }
}
