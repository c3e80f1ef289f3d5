package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import org.jspecify.annotations.Nullable;

/** {@code subscriptions/listen}, {@code resources/subscribe}, {@code resources/unsubscribe}; what follows from them is the {@link ChangeFeed}'s. */
final class SubscriptionMethods {
    private final Catalog catalog;
    private final Offers offers;
    private final Permits permits;
    private final Sessions sessions;
    private final ChangeFeed feed;
    private final Telemetry telemetry;

    SubscriptionMethods(
            Catalog catalog, Offers offers, Permits permits, Sessions sessions, ChangeFeed feed, Telemetry telemetry) {
        this.catalog = catalog;
        this.offers = offers;
        this.permits = permits;
        this.sessions = sessions;
        this.feed = feed;
        this.telemetry = telemetry;
    }

    /**
     * Opens a stream of changes (H §4.6).
     *
     * @throws McpException NOT_ACCEPTABLE: the client takes no stream; MISSING_CAPABILITY: it named tasks, and cannot have any; INVALID_PARAMS; TOO_MANY (H-81)
     */
    PendingCall listen(JsonRpcId id, CallContext context) throws McpException {
        if (!context.sink().takesStream()) { // H-14
            telemetry.refused(Outcome.NOT_ACCEPTABLE);
            throw new McpException(McpError.NOT_ACCEPTABLE, "Accept text/event-stream");
        }
        var asked = ListenFilter.read(context.params(), sessions.limits().subscriptionsMax());
        if (asked.tasks() && !context.clientCapabilities().tasks()) {
            throw tasksNeeded();
        }
        var offer = offers.now();
        var honoured = asked.only(
                offer.tools(), offer.prompts(), offer.resources(), uri -> feed.mayRead(context.principal(), uri));
        var place = sessions.takePlace(context.principal());
        if (place == null) {
            telemetry.refused(Outcome.TOO_MANY_STREAMS);
            throw new McpException(McpError.TOO_MANY, "Too many streams are open");
        }
        var listening = new Listening(id, context, honoured, feed, place);
        listening.begin();
        if (feed.isStopped()) {
            listening.end();
        }
        return listening;
    }

    private static McpException tasksNeeded() { // H-75
        try (var out = JsonWriter.take()) {
            out.beginObject().name("requiredCapabilities").beginObject();
            out.name("extensions").beginObject();
            out.name("io.modelcontextprotocol/tasks").beginObject().endObject();
            out.endObject().endObject().endObject();
            return new McpException(
                    McpError.MISSING_CAPABILITY, "The client has not declared the tasks extension", out.toBytes());
        }
    }

    /** Follows a resource (H-132). */
    @Nullable
    PendingCall subscribe(JsonRpcId id, CallContext context) throws McpException {
        var session = sessionOf(context);
        String uri = uriOf(context);
        var match = catalog.resources().match(uri);
        var permit = match == null ? Permits.Permit.HIDDEN : permits.ask(context, match.action());
        if (permit == Permits.Permit.SCOPE_ASKED) {
            return null;
        }
        if (permit == Permits.Permit.HIDDEN) {
            throw ResourceMethods.notFound(context, uri);
        }
        if (!sessions.subscribe(session, context.principal(), uri)) {
            telemetry.refused(Outcome.OVERLOADED);
            throw new McpException(McpError.TOO_MANY, "Too many subscriptions");
        }
        Answers.result(id, context, _ -> {});
        return null;
    }

    /** Follows a resource no more; one that was not followed is no mistake. */
    @Nullable
    PendingCall unsubscribe(JsonRpcId id, CallContext context) throws McpException {
        sessions.unsubscribe(sessionOf(context), uriOf(context));
        Answers.result(id, context, _ -> {});
        return null;
    }

    private static Session sessionOf(CallContext context) throws McpException {
        var session = context.session();
        if (session == null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "This method needs a session");
        }
        return session;
    }

    private static String uriOf(CallContext context) throws McpException {
        return CallParams.string(context.params().member("uri"), "params.uri");
    }
}
