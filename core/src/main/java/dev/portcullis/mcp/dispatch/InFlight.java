package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.session.Session;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The requests of sessions that go on, so that {@code notifications/cancelled} finds them (H-115) and the end of a session ends them (H-105). Keyed by session, so an id reaches no
 * call of another (T-36). Bounded by what bounds running calls. Any thread.
 */
final class InFlight {
    private final Map<String, Queue<Entry>> bySession = new ConcurrentHashMap<>();

    /** A client that repeats an id can cancel the first; the end of the session ends both. */
    private record Entry(JsonRpcId id, Withdrawable request) {}

    void add(Session session, JsonRpcId id, Withdrawable request) {
        bySession.compute(session.key(), (_, known) -> {
            Queue<Entry> requests = known == null ? new ConcurrentLinkedQueue<>() : known;
            requests.add(new Entry(id, request));
            return requests;
        });
    }

    void remove(Session session, JsonRpcId id, Withdrawable request) {
        bySession.computeIfPresent(session.key(), (_, requests) -> {
            requests.removeIf(entry -> entry.request() == request && entry.id().equals(id));
            return requests.isEmpty() ? null : requests;
        });
    }

    @Nullable
    Withdrawable find(String sessionKey, JsonRpcId id) {
        var requests = bySession.get(sessionKey);
        if (requests != null) {
            for (var entry : requests) {
                if (entry.id().equals(id)) {
                    return entry.request();
                }
            }
        }
        return null;
    }

    List<Withdrawable> of(String sessionKey) {
        var requests = bySession.get(sessionKey);
        return requests == null
                ? List.of()
                : requests.stream().map(Entry::request).toList();
    }

    boolean isEmpty() {
        return bySession.isEmpty();
    }
}
