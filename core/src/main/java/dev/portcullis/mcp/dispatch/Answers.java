package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpException;

/** Writes answers into sinks. */
final class Answers {
    private Answers() {}

    /** Writes the members of a result. */
    @FunctionalInterface
    interface Members {
        void write(JsonWriter out);
    }

    static void result(JsonRpcId id, CallContext context, Members members) {
        try (var out = JsonWriter.take()) {
            var revision = context.revision();
            JsonRpcEncoder.beginResult(out, id);
            revision.beginResult(out);
            members.write(out);
            revision.endResult(out);
            JsonRpcEncoder.end(out);
            context.sink().answer(200, out);
        }
    }

    static void error(JsonRpcId id, CallContext context, McpException refusal) {
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.error(out, id, refusal.error().code(), refusal.detail(), refusal.data());
            context.sink().answer(context.revision().status(refusal.error()), out);
        }
    }
}
