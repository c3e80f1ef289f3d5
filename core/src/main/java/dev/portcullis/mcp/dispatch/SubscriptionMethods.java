package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code subscriptions/listen}, {@code resources/subscribe}, {@code resources/unsubscribe}; what follows from them is the {@link ChangeFeed}'s. */
final class SubscriptionMethods {
    private final Catalog catalog;
    private final Offers offers;
    private final Permits permits;
    private final Sessions sessions;
    private final ChangeFeed feed;
    private final Tasks tasks;
    private final CallRunner runner;
    private final SessionChanges changes;
    private final Telemetry telemetry;

    SubscriptionMethods(
            Catalog catalog,
            Offers offers,
            Permits permits,
            Sessions sessions,
            ChangeFeed feed,
            Tasks tasks,
            CallRunner runner) {
        this.catalog = catalog;
        this.offers = offers;
        this.permits = permits;
        this.sessions = sessions;
        this.feed = feed;
        this.tasks = tasks;
        this.runner = runner;
        this.changes = new SessionChanges(sessions, runner);
        this.telemetry = runner.telemetry();
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
        if (!asked.taskIds().isEmpty() && !context.clientCapabilities().tasks()) {
            throw Tasks.missingCapability(); // H-75
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
        if (asked.taskIds().isEmpty()) {
            listening.begin();
            endIfStopped(listening);
        } else {
            beginWithTasks(id, listening, asked.taskIds(), context);
        }
        return listening;
    }

    /** On a thread of its own: where tasks are kept may block. */
    private void beginWithTasks(JsonRpcId id, Listening listening, Set<String> taskIds, CallContext context)
            throws McpException {
        try {
            runner.execute(() -> {
                try {
                    listening.begin(new FollowedTasks(tasks.store(), permits, context), taskIds);
                    endIfStopped(listening);
                } catch (StoreException e) {
                    listening.cancel();
                    Answers.error(id, context, tasks.unavailable());
                } catch (RuntimeException e) {
                    listening.cancel();
                    Answers.bug(id, context, "subscriptions/listen", e);
                }
            });
        } catch (McpException e) {
            listening.cancel();
            throw e;
        }
    }

    private void endIfStopped(Listening listening) {
        if (feed.isStopped()) {
            listening.end();
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
        return changes.make(id, context, () -> {
            if (!sessions.subscribe(session, context.principal(), uri)) {
                telemetry.refused(Outcome.OVERLOADED);
                throw new McpException(McpError.TOO_MANY, "Too many subscriptions");
            }
            Answers.result(id, context, _ -> {});
        });
    }

    /** Follows a resource no more; one that was not followed is no mistake. */
    @Nullable
    PendingCall unsubscribe(JsonRpcId id, CallContext context) throws McpException {
        var session = sessionOf(context);
        String uri = uriOf(context);
        return changes.make(id, context, () -> {
            sessions.unsubscribe(session, uri);
            Answers.result(id, context, _ -> {});
        });
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
