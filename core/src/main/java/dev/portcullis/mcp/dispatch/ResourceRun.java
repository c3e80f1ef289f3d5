package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.registry.ResourceCall;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;

/** One read of one resource. */
final class ResourceRun extends CallRun implements ResourceCall {
    private final ResourceRegistry.Match match;

    ResourceRun(ResourceRegistry.Match match, JsonRpcId id, CallContext context, CallRunner runner, long startedNanos) {
        super(id, context, runner, startedNanos);
        this.match = match;
    }

    @Override
    McpMethod method() {
        return McpMethod.READ_RESOURCE;
    }

    @Override
    void work() throws Exception {
        var contents = match.resource().handler().read(this);
        if (contents == null) {
            refuse(ToolOutcome.UNKNOWN, ResourceMethods.notFound(context, uri()));
            return;
        }
        if (contents.isEmpty()) { // clients would take it for a resource that is there (H-180)
            throw new IllegalStateException("a read gave no contents; null says that there is no such resource");
        }
        answer(out -> {
            out.name("contents").beginArray();
            contents.forEach(each -> context.revision().resourceContents(out, each));
            out.endArray();
            context.revision().caching(out, ttlMillis());
        });
    }

    /** What came of answers to our questions is not for keeping (H-90). */
    private int ttlMillis() {
        boolean answersUs = context.params().member("inputResponses") != null
                || context.params().member("requestState") != null;
        return answersUs ? 0 : match.resource().definition().ttlMillis();
    }

    @Override
    void count(ToolOutcome outcome, long nanos) {
        runner.telemetry().resourceRead(match.resource().definition().name(), outcome, nanos);
    }

    @Override
    String called() {
        return "resource " + match.resource().key();
    }

    @Override
    public String uri() {
        return match.action().uri();
    }

    @Override
    public String variable(String name) {
        String value = match.variables().get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "no variable " + name + " in " + match.resource().key());
        }
        return value;
    }
}
