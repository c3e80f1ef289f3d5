package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.session.Sessions;
import org.jspecify.annotations.Nullable;

/** {@code logging/setLevel}. */
final class LoggingMethods {
    private final Sessions sessions;

    private final SessionChanges changes;

    LoggingMethods(Sessions sessions, SessionChanges changes) {
        this.sessions = sessions;
        this.changes = changes;
    }

    /** Sets which log messages a session wants (H-131). */
    @Nullable
    PendingCall setLevel(JsonRpcId id, CallContext context) throws McpException {
        var level = LogLevel.of(CallParams.string(context.params().member("level"), "params.level"));
        if (level == null) {
            throw new McpException(
                    McpError.INVALID_PARAMS,
                    "params.level is debug, info, notice, warning, error, critical, alert or emergency");
        }
        var session = context.session();
        if (session == null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "logging/setLevel needs a session");
        }
        return changes.make(id, context, () -> {
            if (!sessions.setLogLevel(session, level)) {
                throw new McpException(McpError.OVERLOADED, "Too many sessions; try again later");
            }
            Answers.result(id, context, _ -> {});
        });
    }
}
