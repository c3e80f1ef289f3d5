package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Completion;
import dev.portcullis.mcp.registry.CompletionCall;
import dev.portcullis.policy.Action;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code completion/complete} (H-183). */
final class CompletionMethods {
    private final Catalog catalog;
    private final Permits permits;
    private final CallLimits limits;
    private final CallRunner runner;

    /** Whom to ask for suggestions. */
    private interface Author {
        boolean has(String argument);

        Completion complete(CompletionCall call) throws Exception;
    }

    /**
     * What is to be completed.
     *
     * @param name for logs and refusals
     * @param action what the policy is asked
     */
    private record Target(String name, Action action, Author author) {}

    CompletionMethods(Catalog catalog, Permits permits, CallLimits limits, CallRunner runner) {
        this.catalog = catalog;
        this.permits = permits;
        this.limits = limits;
        this.runner = runner;
    }

    /** Suggests values. @return the call, which goes on elsewhere; null if a scope is missing, and has been asked for */
    @Nullable
    PendingCall complete(JsonRpcId id, CallContext context) throws McpException {
        long startedNanos = System.nanoTime();
        var params = context.params();
        var ref = CallParams.object(params.member("ref"), "params.ref");
        var argument = CallParams.object(params.member("argument"), "params.argument");
        String name = CallParams.string(argument, "name", "params.argument.name");
        String value = CallParams.string(argument, "value", "params.argument.value");
        var known = known(context);
        var target = target(ref);
        var permit = target == null ? Permits.Permit.HIDDEN : permits.ask(context, target.action());
        if (permit == Permits.Permit.SCOPE_ASKED) {
            return null;
        }
        if (target == null || permit == Permits.Permit.HIDDEN) {
            throw new McpException(McpError.INVALID_PARAMS, "Unknown reference: " + McpException.echo(key(ref)));
        }
        if (!target.author().has(name)) {
            throw new McpException(
                    McpError.INVALID_PARAMS, target.name() + " has no argument " + McpException.echo(name));
        }
        CallParams.requireProgressToken(context);
        var call = new CompletionCall(context.principal(), name, value, known);
        var run = new CompletionRun(
                target.name(), () -> target.author().complete(call), id, context, runner, startedNanos);
        runner.start(run, limits.completionMillis());
        return run;
    }

    /** The other arguments, as far as the client knows them, where the revision lets it say so. */
    private static Map<String, String> known(CallContext context) throws McpException {
        var said = context.revision().completesInContext() ? context.params().member("context") : null;
        return said == null
                ? Map.of()
                : CallParams.strings(
                        RequestParams.memberOf(CallParams.object(said, "params.context"), "arguments"),
                        "params.context.arguments");
    }

    private @Nullable Target target(RawJson ref) throws McpException {
        String key = key(ref);
        return isPrompt(ref) ? prompt(key) : resource(key);
    }

    private static boolean isPrompt(RawJson ref) throws McpException {
        String type = CallParams.string(ref, "type", "params.ref.type");
        return switch (type) {
            case "ref/prompt" -> true;
            case "ref/resource" -> false;
            default -> throw new McpException(McpError.INVALID_PARAMS, "ref.type is ref/prompt or ref/resource");
        };
    }

    private static String key(RawJson ref) throws McpException {
        return isPrompt(ref)
                ? CallParams.string(ref, "name", "params.ref.name")
                : CallParams.string(ref, "uri", "params.ref.uri");
    }

    private @Nullable Target prompt(String name) {
        var prompt = catalog.prompts().find(name);
        return prompt == null
                ? null
                : new Target("prompt " + name, prompt.action(), new Author() {
                    @Override
                    public boolean has(String argument) {
                        return prompt.hasArgument(argument);
                    }

                    @Override
                    public Completion complete(CompletionCall call) throws Exception {
                        return prompt.handler().complete(call);
                    }
                });
    }

    /** @param uri the text of a template, or any URI that fits one */
    private @Nullable Target resource(String uri) {
        var listed = catalog.resources().find(uri);
        var match = listed == null ? catalog.resources().match(uri) : null;
        var resource = match == null ? listed : match.resource();
        if (resource == null) {
            return null;
        }
        var action = match == null ? resource.action() : match.action();
        return new Target("resource " + resource.key(), action, new Author() {
            @Override
            public boolean has(String argument) {
                return resource.hasVariable(argument);
            }

            @Override
            public Completion complete(CompletionCall call) throws Exception {
                return resource.handler().complete(call);
            }
        });
    }
}
