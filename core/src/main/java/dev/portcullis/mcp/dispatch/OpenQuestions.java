package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.session.Session;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests of ours that clients have yet to answer. Keyed by session, so that an answer reaches no question of another (T-35); whoever takes a question out has it alone,
 * so that the second answer, or the one that comes too late, finds nothing. Bounded for a session and in all. Any thread.
 */
final class OpenQuestions {
    private final int perSessionMax;
    private final int openMax;
    private final QuestionIds ids;
    private final AtomicInteger open = new AtomicInteger();
    private final Map<String, Map<JsonRpcId, Question>> bySession = new ConcurrentHashMap<>();

    /**
     * One of them.
     *
     * @param name the author's name for it
     * @param arrivals takes what comes
     */
    record Question(Session session, JsonRpcId id, String name, InputRequest request, Consumer<Arrival> arrivals) {}

    OpenQuestions(AskLimits limits, QuestionIds ids) {
        this.perSessionMax = limits.openPerSessionMax();
        this.openMax = limits.openMax();
        this.ids = ids;
    }

    QuestionIds ids() {
        return ids;
    }

    /** @return whether there was room for all of them; else none is added */
    boolean add(Session session, Collection<Question> questions) {
        if (open.addAndGet(questions.size()) > openMax) {
            open.addAndGet(-questions.size());
            return false;
        }
        var added = new boolean[1];
        bySession.compute(session.key(), (_, known) -> {
            Map<JsonRpcId, Question> all = known == null ? new HashMap<>() : known;
            added[0] = all.size() + questions.size() <= perSessionMax;
            if (added[0]) {
                questions.forEach(question -> all.put(question.id(), question));
            }
            return all.isEmpty() ? null : all;
        });
        if (!added[0]) {
            open.addAndGet(-questions.size());
        }
        return added[0];
    }

    /** @return the question, which from here on is the caller's; null if nobody waits for this */
    @Nullable
    Question take(String sessionKey, JsonRpcId id) {
        var taken = new Question[1];
        bySession.computeIfPresent(sessionKey, (_, all) -> {
            taken[0] = all.remove(id);
            return all.isEmpty() ? null : all;
        });
        if (taken[0] != null) {
            open.decrementAndGet();
        }
        return taken[0];
    }

    /** @return those of them that nobody had taken */
    List<Question> takeAll(Collection<Question> questions) {
        return questions.stream()
                .filter(question -> take(question.session().key(), question.id()) != null)
                .toList();
    }

    /** @return whether no client is asked anything; for tests */
    boolean isEmpty() {
        return bySession.isEmpty() && open.get() == 0;
    }
}
