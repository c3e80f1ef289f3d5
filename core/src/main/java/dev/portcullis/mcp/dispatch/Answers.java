package dev.portcullis.mcp.dispatch;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.CallErrorException;

/** Writes answers into sinks. */
final class Answers {
    private static final System.Logger LOG = System.getLogger(Answers.class.getName());

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

    /** An author's own error; always with the status of a good answer, as any error of a call is (H-48). */
    static void error(JsonRpcId id, CallContext context, CallErrorException end) {
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.error(out, id, end.code(), String.valueOf(end.getMessage()), end.data());
            context.sink().answer(200, out);
        }
    }

    /** A fault of ours, or of an author: logged once, and the client learns only under which number (T-115). */
    static void bug(JsonRpcId id, CallContext context, String called, Throwable bug) {
        String reference = Randoms.base64Url(6);
        LOG.log(System.Logger.Level.ERROR, called + " failed (reference " + reference + ")", bug);
        error(id, context, new McpException(McpError.INTERNAL_ERROR, "Internal error (reference " + reference + ")"));
    }

    static void error(JsonRpcId id, CallContext context, McpException refusal) {
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.error(out, id, refusal.error().code(), refusal.detail(), refusal.data());
            context.sink().answer(context.revision().status(refusal.error()), out);
        }
    }
}
