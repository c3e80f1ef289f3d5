package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonException;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import org.jspecify.annotations.Nullable;

/** Which log messages of calls reach their clients, and in what form (H-131, T-43). Any thread. */
final class CallLogs {
    private static final String LEVEL = "io.modelcontextprotocol/logLevel";

    private final Sessions sessions;
    private final CallLimits limits;
    private final Telemetry telemetry;

    CallLogs(Sessions sessions, CallLimits limits, Telemetry telemetry) {
        this.sessions = sessions;
        this.limits = limits;
        this.telemetry = telemetry;
    }

    /** @return whether the client wants such messages: as its session says, or the request itself; one that stands alone and says nothing wants none (H-43) */
    boolean wants(CallContext context, LogLevel level) {
        var session = context.session();
        var least = session != null ? sessions.logLevel(session) : leastOf(context);
        return least != null && level.reaches(least);
    }

    private static @Nullable LogLevel leastOf(CallContext context) {
        var level = context.params().metaMember(LEVEL);
        return level == null || level.kind() != JsonKind.STRING
                ? null
                : LogLevel.of(level.cursor().string());
    }

    /** @return whether this call may say one more; else it is counted as dropped */
    boolean admits(Told told) {
        boolean admitted = told.log(limits.logsPerSecondMax(), System.nanoTime());
        if (!admitted) {
            telemetry.refused(Outcome.LOG_DROPPED);
        }
        return admitted;
    }

    /** Writes a message of plain text; a long one is cut. @return true */
    boolean writeText(JsonWriter out, LogLevel level, @Nullable String logger, String text) {
        int most = limits.logCharsMax();
        String shown = text.length() > most ? text.substring(0, most) + "…" : text;
        begin(out, level, logger);
        out.string(LogRedaction.of(shown));
        JsonRpcEncoder.end(out);
        return true;
    }

    /**
     * Writes a message.
     *
     * @param data JSON text; what is none is taken for plain text
     * @return false if it is too long, which is counted
     */
    boolean writeJson(JsonWriter out, LogLevel level, @Nullable String logger, String data) {
        if (data.length() > limits.logCharsMax()) {
            telemetry.refused(Outcome.LOG_DROPPED);
            return false;
        }
        try {
            var json = Json.parse(LogRedaction.of(data));
            begin(out, level, logger);
            out.raw(json);
            JsonRpcEncoder.end(out);
        } catch (JsonException e) {
            writeText(out, level, logger, data);
        }
        return true;
    }

    private static void begin(JsonWriter out, LogLevel level, @Nullable String logger) {
        JsonRpcEncoder.beginNotification(out, "notifications/message");
        out.name("level").string(level.text());
        if (logger != null) {
            out.name("logger").string(McpException.echo(logger));
        }
        out.name("data");
    }
}
