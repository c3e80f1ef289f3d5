package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.session.Session;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The requests of sessions that go on, so that {@code notifications/cancelled} finds them (H-115) and the end of a session ends them (H-105). Keyed by session, so an id reaches no
 * call of another (T-36). Bounded by what bounds running calls. Any thread.
 */
final class InFlight {
    private final Map<String, Map<JsonRpcId, Withdrawable>> bySession = new ConcurrentHashMap<>();

    void add(Session session, JsonRpcId id, Withdrawable request) {
        bySession.compute(session.key(), (_, known) -> {
            Map<JsonRpcId, Withdrawable> runs = known == null ? new ConcurrentHashMap<>() : known;
            runs.putIfAbsent(id, request); // a client that repeats an id can cancel the first
            return runs;
        });
    }

    void remove(Session session, JsonRpcId id, Withdrawable request) {
        bySession.computeIfPresent(session.key(), (_, runs) -> {
            runs.remove(id, request);
            return runs.isEmpty() ? null : runs;
        });
    }

    @Nullable
    Withdrawable find(Session session, JsonRpcId id) {
        var runs = bySession.get(session.key());
        return runs == null ? null : runs.get(id);
    }

    List<Withdrawable> of(Session session) {
        var runs = bySession.get(session.key());
        return runs == null ? List.of() : List.copyOf(runs.values());
    }

    boolean isEmpty() {
        return bySession.isEmpty();
    }
}
