package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.GuardedPaths;
import dev.portcullis.http.Reply;
import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.dispatch.PendingCall;
import dev.portcullis.mcp.dispatch.ReplySink;
import dev.portcullis.mcp.dispatch.Slack;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.SessionStream;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.sse.SseStream;
import dev.portcullis.sse.SseStreams;
import dev.portcullis.sse.TokenWatch;
import dev.portcullis.telemetry.Telemetry;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.concurrent.Executor;
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
 *
 * In a session what streams goes to the session's log, from which the connection reads: when that is gone, or let go, the client reads on by another (H-115, H-122).
 */
class HttpReplySink implements ReplySink {
    private static final String EVENT = SessionReader.EVENT;
    private static final int NO_RETRY = -1;

    private final Exchange exchange;
    private final MediaTypes accepted;
    private final Revision revision;
    private final @Nullable Session session;
    private final boolean opensSession;
    private JsonRpcMessage.@Nullable Request request;
    private final Context context;

    private @Nullable SseStream stream;
    private @Nullable SessionStream log;
    private @Nullable Future<?> softDeadline;
    private @Nullable PendingCall boundCall;
    private boolean ended;

    /** What all sinks share. */
    record Context(
            GuardedPaths guarded,
            Sessions sessions,
            TokenWatch tokens,
            McpHttpLimits limits,
            SseStreams streams,
            Executor offload,
            Telemetry telemetry) {}

    /**
     * @param revision what is spoken, told in every answer (H-19)
     * @param session to which the request belongs, so that its client can come back for what it has missed; null where requests stand alone
     * @param opensSession whether this request opens it: then the answer bears its id
     * @param request the one request that is answered; null for a batch, whose items say for themselves what they lack, and of which {@link #requests} says the ids
     */
    HttpReplySink(
            Exchange exchange,
            MediaTypes accepted,
            Revision revision,
            @Nullable Session session,
            boolean opensSession,
            JsonRpcMessage.@Nullable Request request,
            Context context) {
        this.exchange = exchange;
        this.accepted = accepted;
        this.revision = revision;
        this.session = session;
        this.opensSession = opensSession;
        this.request = request;
        this.context = context;
    }

    /** Ids of what is answered: more than one for a batch. */
    List<JsonRpcId> requests() {
        return request == null ? List.of() : List.of(request.id());
    }

    /**
     * The answer is still to come: it may become a stream. Event loop only.
     *
     * @param bound whether the call ends with its connection (H-63); in a session it goes on (H-115)
     */
    void waitFor(PendingCall call, boolean bound) {
        var loop = exchange.channel().eventLoop();
        synchronized (this) {
            if (bound) {
                boundCall = call;
            }
            if (!ended && accepted.stream() && stream == null) {
                softDeadline = loop.schedule(
                        this::reachSoftDeadline, context.limits().softDeadlineMillis(), TimeUnit.MILLISECONDS);
            }
        }
        if (bound) { // later: a call may be waiting for this sink's lock
            exchange.onDisconnect(() -> loop.execute(call::cancel));
        }
    }

    private synchronized void reachSoftDeadline() {
        if (!ended && stream == null) {
            openStream(true);
        }
    }

    /** The caller may not go on: what stays open for it ends, with a last word if it has one (H-79). */
    private void endWithToken() {
        PendingCall call;
        SseStream open;
        synchronized (this) {
            call = boundCall;
            open = stream;
        }
        if (call != null) {
            call.end();
        }
        if (open != null) {
            open.end();
        }
    }

    private void outdate() {
        PendingCall call;
        synchronized (this) {
            call = boundCall;
        }
        if (call != null) {
            call.outdate();
        }
    }

    @Override
    public boolean takesStream() {
        return accepted.stream();
    }

    @Override
    public synchronized void notification(JsonWriter message, Slack slack) {
        if (!ended && accepted.stream()) {
            send(message, slack);
        }
    }

    @Override
    public synchronized boolean request(JsonWriter message) {
        return !ended && accepted.stream() && send(message, new Slack.None());
    }

    /** @return false if the client is known to be gone for good */
    private boolean send(JsonWriter message, Slack slack) {
        var open = stream();
        if (log == null) {
            return open.send(EVENT, null, message.buffer(), 0, message.length(), slack);
        }
        String key = slack instanceof Slack.Replace(String replaced) ? replaced : null;
        log.add(message.toBytes(), key, slack instanceof Slack.Drop);
        return true;
    }

    @Override
    public synchronized void letClientPoll(int retryMillis) {
        if (ended || !accepted.stream() || !context.limits().priming().isFor(revision)) {
            return;
        }
        stream();
        if (log != null) {
            log.letGo(retryMillis);
        }
    }

    @Override
    public synchronized void answer(int status, JsonWriter message) {
        if (!end()) {
            return;
        }
        boolean mustStream = status == HttpResponseStatus.OK.code() && !accepted.json();
        if (log != null) {
            log.finish(message.toBytes());
        } else if (stream != null || mustStream) {
            var open = stream != null ? stream : openConnection(); // one event alone is not worth keeping
            open.push(EVENT, null, message.buffer(), 0, message.length());
            open.end();
        } else {
            exchange.reply(whole(status, message));
        }
    }

    private Reply whole(int status, JsonWriter message) {
        return status == HttpResponseStatus.OK.code() && !opensSession
                ? McpReplies.answer(exchange, message, revision)
                : withHeaders(McpReplies.json(exchange, status, message, context.limits()));
    }

    @Override
    public synchronized void needScope(Scopes needed) {
        if (stream != null && request != null) { // too late for a status (O-24)
            try (var out = JsonWriter.take()) {
                McpReplies.scopeNeeded(out, request, needed);
                answer(HttpResponseStatus.OK.code(), out);
            }
        } else if (end()) {
            exchange.reply(withHeaders(context.guarded().insufficientScope(exchange.route(), needed)));
        }
    }

    @Override
    public synchronized void withdrawn() {
        if (!end()) {
            return;
        }
        if (log != null) {
            log.finish();
        } else if (stream != null) {
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
        Reply versioned = reply.with(McpHeaders.PROTOCOL_VERSION, version());
        return session == null || !opensSession ? versioned : versioned.with(McpHeaders.SESSION_ID, session.id());
    }

    private String version() {
        return revision.version().text();
    }

    private SseStream stream() {
        return stream != null ? stream : openStream(false);
    }

    /** @param slow whether it is to take long, so that its client had better know how to come back (H-124) */
    private SseStream openStream(boolean slow) {
        boolean gone = exchange.isAnswered(); // then nobody learns an id to come back with
        var open = openConnection();
        if (session != null && !gone) {
            log = context.sessions().openStream(session, exchange.principal().scopes(), requests());
            if (log != null) {
                var reading = log.read();
                var priming = context.limits().priming();
                if (slow ? priming.isFor(revision) : priming.isAlwaysFor(revision)) {
                    open.mark(reading.position(), NO_RETRY);
                }
                SessionReader.join(open, reading, true);
            }
        }
        return open;
    }

    private SseStream openConnection() {
        var open = context.streams().open(exchange, streamHeaders());
        context.tokens().follow(exchange, open, this::endWithToken, _ -> outdate());
        stream = open;
        request = request == null ? null : request.withoutParams();
        return open;
    }

    private String[] streamHeaders() {
        String versionName = McpHeaders.PROTOCOL_VERSION.toString();
        return session == null || !opensSession
                ? new String[] {versionName, version()}
                : new String[] {versionName, version(), McpHeaders.SESSION_ID.toString(), session.id()};
    }
}
