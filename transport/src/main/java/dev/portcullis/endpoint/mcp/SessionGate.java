package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Gate;
import dev.portcullis.http.RequestHead;
import dev.portcullis.http.Route;
import dev.portcullis.http.Verdict;
import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets a request of a session wait until this node knows of it what it needs: whether it has ended, its log level, what it follows. Most know it already and pass. Whether
 * there is such a session is not answered here, but where it is served. Comes behind the gate that says who calls; needed only where nodes share sessions.
 */
final class SessionGate implements Gate {
    private final Sessions sessions;
    private final LegacySse legacySse;

    SessionGate(Sessions sessions, LegacySse legacySse) {
        this.sessions = sessions;
        this.legacySse = legacySse;
    }

    @Override
    public Verdict check(RequestHead head, @Nullable Route route) {
        return check(head, route, Principal.ANONYMOUS);
    }

    @Override
    public Verdict check(RequestHead head, @Nullable Route route, Principal caller) {
        if (route == null) {
            return Verdict.PASS;
        }
        Runnable step = switch (route.path()) {
            case McpRoutes.MCP -> learning(head, caller);
            case McpRoutes.MESSAGES -> legacySse.unknown(head, caller);
            default -> null;
        };
        return step == null ? Verdict.PASS : new Verdict.Wait(() -> learn(step, route));
    }

    private @Nullable Runnable learning(RequestHead head, Principal caller) {
        List<String> ids = head.headerAll(McpHeaders.SESSION_ID);
        Session unknown = ids.size() == 1 ? sessions.unknown(ids.getFirst(), caller) : null;
        return unknown == null ? null : () -> sessions.learn(unknown);
    }

    private static Verdict learn(Runnable step, Route route) {
        try {
            step.run();
            return Verdict.PASS;
        } catch (StoreException unreachable) {
            return Verdict.Refuse.later(
                    route, "The session cannot be looked up now, try again", Outcome.STORE_UNAVAILABLE);
        }
    }
}
