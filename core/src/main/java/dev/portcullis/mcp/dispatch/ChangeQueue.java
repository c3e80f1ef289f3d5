package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.registry.Change;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes that wait for their turn. Whoever adds one only leaves it here; a thread that lives as long as there is something takes them one after the other. What is added
 * again before its turn has one turn. Bounded: of as many different resources. Any thread.
 */
final class ChangeQueue {
    private static final System.Logger LOG = System.getLogger(ChangeQueue.class.getName());

    private static final int WAITING_MAX = 10_000;

    private final Turn turn;

    // guarded by this
    private final SequencedMap<Change, String> waiting = new LinkedHashMap<>();
    private boolean running;

    /** What is done with each. May block. */
    @FunctionalInterface
    interface Turn {
        /** @param place where it stands among the words to all nodes; of several, the first */
        void take(Change change, String place);
    }

    ChangeQueue(Turn turn) {
        this.turn = turn;
    }

    /** @return false if too many wait: then it will have no turn */
    boolean add(Change change, String place) {
        synchronized (this) {
            if (waiting.size() >= WAITING_MAX && !waiting.containsKey(change)) {
                return false;
            }
            waiting.putIfAbsent(change, place);
            if (running) {
                return true;
            }
            running = true;
        }
        Thread.ofVirtual().name("changes").start(this::run);
        return true;
    }

    private void run() {
        for (var next = next(); next != null; next = next()) {
            try {
                turn.take(next.getKey(), next.getValue());
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "could not tell of " + next.getKey(), e);
            }
        }
    }

    private synchronized Map.@Nullable Entry<Change, String> next() {
        running = !waiting.isEmpty();
        return running ? waiting.pollFirstEntry() : null;
    }

    /** @return all that wait, and wait no more */
    synchronized List<Change> takeAll() {
        var all = List.copyOf(waiting.keySet());
        waiting.clear();
        return all;
    }
}
