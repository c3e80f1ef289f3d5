package dev.portcullis.mcp.dispatch;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;

/**
 * The calls of which the answers have been used up, for as long as a client could send them again (H-88). Forgets none before its time: when full, no more can be used up.
 * Guarded by its own lock.
 */
final class UsedAnswers {
    private final int callsMax;
    private final int rememberSeconds;
    private final InstantSource clock;
    private final Set<UUID> used = new HashSet<>();
    private final Queue<Used> inOrder = new ArrayDeque<>();

    private record Used(UUID call, long untilSeconds) {}

    /** @param rememberSeconds no state of a call lives longer than this once its answers are used up: none is opened any more, so none is made */
    UsedAnswers(int callsMax, int rememberSeconds, InstantSource clock) {
        this.callsMax = callsMax;
        this.rememberSeconds = rememberSeconds;
        this.clock = clock;
    }

    synchronized boolean contains(UUID call) {
        return used.contains(call);
    }

    /** What becomes of an attempt. */
    enum Use {
        FIRST,
        AGAIN,
        /** It cannot be remembered, so it must not be. */
        FULL
    }

    synchronized Use add(UUID call) {
        long now = clock.millis() / 1_000;
        for (var oldest = inOrder.peek(); oldest != null && oldest.untilSeconds() <= now; oldest = inOrder.peek()) {
            inOrder.remove();
            used.remove(oldest.call());
        }
        if (used.contains(call)) {
            return Use.AGAIN;
        }
        if (used.size() >= callsMax) {
            return Use.FULL;
        }
        used.add(call);
        inOrder.add(new Used(call, now + rememberSeconds));
        return Use.FIRST;
    }
}
