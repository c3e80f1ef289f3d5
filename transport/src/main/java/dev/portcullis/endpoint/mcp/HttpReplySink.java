package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.GuardedPaths;
import dev.portcullis.http.Reply;
import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.dispatch.PendingCall;
import dev.portcullis.mcp.dispatch.ReplySink;
import dev.portcullis.mcp.dispatch.Slack;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.sse.SseStream;
import dev.portcullis.sse.TokenWatch;
import dev.portcullis.telemetry.Telemetry;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers one posted request: with one JSON body, unless something streams (H-61, H-62). Guarded by its own lock, which is
 * taken inside a call's own, never around it.
 *
 * <pre>
 * waiting ── answer ──▶ JSON body, ended
 *    └── a notification, or the soft deadline, and the client takes streams ──▶ streaming ── answer ──▶ last event, ended
 * </pre>
 */
final class HttpReplySink implements ReplySink {
    private static final String EVENT = "message";

    private final Exchange exchange;
    private final MediaTypes accepted;
    private final String version;
    private final @Nullable Session opened;
    private final Context context;

    private @Nullable SseStream stream;
    private @Nullable Future<?> softDeadline;
    private boolean ended;

    /** What all sinks share. */
    record Context(GuardedPaths guarded, TokenWatch tokens, McpHttpLimits limits, Telemetry telemetry) {}

    /**
     * @param version the revision spoken, told in every answer (H-19)
     * @param opened the session that this request opens, whose id the answer bears; else null
     */
    HttpReplySink(Exchange exchange, MediaTypes accepted, String version, @Nullable Session opened, Context context) {
        this.exchange = exchange;
        this.accepted = accepted;
        this.version = version;
        this.opened = opened;
        this.context = context;
    }

    /** The answer is still to come: it may become a stream. Event loop only. */
    void waitFor(PendingCall call, boolean cancelWhenPeerGoes) {
        var loop = exchange.channel().eventLoop();
        if (cancelWhenPeerGoes) { // H-63; in a session the call goes on (H-115)
            exchange.onDisconnect(
                    () -> loop.execute(call::cancel)); // later: a call may be waiting for this sink's lock
        }
        synchronized (this) {
            if (!ended && accepted.stream() && stream == null) {
                softDeadline = loop.schedule(
                        this::reachSoftDeadline, context.limits().softDeadlineMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private synchronized void reachSoftDeadline() {
        if (!ended) {
            stream();
        }
    }

    @Override
    public synchronized void notification(JsonWriter message, Slack slack) {
        if (!ended && accepted.stream()) {
            stream().send(EVENT, null, message.buffer(), 0, message.length());
        }
    }

    @Override
    public synchronized boolean request(JsonWriter message) {
        return !ended && accepted.stream() && stream().send(EVENT, null, message.buffer(), 0, message.length());
    }

    @Override
    public void letClientPoll(int retryMillis) {}

    @Override
    public synchronized void answer(int status, JsonWriter message) {
        if (!end()) {
            return;
        }
        boolean mustStream = status == HttpResponseStatus.OK.code() && !accepted.json();
        if (stream != null || mustStream) {
            var open = stream();
            open.send(EVENT, null, message.buffer(), 0, message.length());
            open.end();
        } else {
            exchange.reply(withHeaders(McpReplies.json(exchange, status, message, context.limits())));
        }
    }

    @Override
    public synchronized void needScope(Scopes needed) {
        if (end()) {
            exchange.reply(withHeaders(context.guarded().insufficientScope(exchange.route(), needed)));
        }
    }

    @Override
    public synchronized void withdrawn() {
        if (!end()) {
            return;
        }
        if (stream != null) {
            stream.end();
        } else {
            exchange.reply(withHeaders(Reply.empty(HttpResponseStatus.ACCEPTED)));
        }
    }

    /** @return whether what comes next becomes an event, not a body */
    synchronized boolean isStreaming() {
        return stream != null;
    }

    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        if (softDeadline != null) {
            softDeadline.cancel(false);
        }
        return true;
    }

    private Reply withHeaders(Reply reply) {
        Reply versioned = reply.with(McpHeaders.PROTOCOL_VERSION, version);
        return opened == null ? versioned : versioned.with(McpHeaders.SESSION_ID, opened.id());
    }

    private SseStream stream() {
        var open = stream;
        if (open == null) {
            open = SseStream.open(exchange, context.limits().streams(), context.telemetry(), streamHeaders());
            context.tokens().follow(exchange, open);
            stream = open;
        }
        return open;
    }

    private String[] streamHeaders() {
        String versionName = McpHeaders.PROTOCOL_VERSION.toString();
        return opened == null
                ? new String[] {versionName, version}
                : new String[] {versionName, version, McpHeaders.SESSION_ID.toString(), opened.id()};
    }
}
