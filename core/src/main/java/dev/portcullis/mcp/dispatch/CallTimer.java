package dev.portcullis.mcp.dispatch;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends calls whose time is over. The time of a call stands still while it waits for its client's answers; how long it may wait in all is a limit of its own (H-134). A call
 * that never asks has no entry here. Any thread.
 */
final class CallTimer {
    private final ScheduledExecutorService timer;
    private final long waitNanosMax;
    private final Map<CallRun, Pauses> pauses = new ConcurrentHashMap<>();

    CallTimer(ScheduledExecutorService timer, int waitMillisMax) {
        this.timer = timer;
        this.waitNanosMax = TimeUnit.MILLISECONDS.toNanos(waitMillisMax);
    }

    /** Gives a call this much time. */
    void start(CallRun run, int timeoutMillis) {
        schedule(run, new Remaining(TimeUnit.MILLISECONDS.toNanos(timeoutMillis), timeoutMillis));
    }

    /**
     * Stops a call's time; {@link #resume} must follow.
     *
     * @return nanoseconds that it may still wait for answers; negative if it has used them up
     */
    long pause(CallRun run) {
        var mine = pauses.get(run);
        if (mine == null) {
            var created = new Pauses();
            var earlier = pauses.putIfAbsent(run, created);
            mine = earlier == null ? created : earlier;
            run.whenEnded(() -> pauses.remove(run));
        }
        return waitNanosMax - mine.begin(System.nanoTime());
    }

    /** Lets a call's time go on. */
    void resume(CallRun run) {
        var mine = pauses.get(run);
        var remaining = mine == null ? null : mine.end(System.nanoTime());
        if (remaining != null) {
            schedule(run, remaining);
        }
    }

    /** @return whether no call has waited that still runs; for tests */
    boolean isIdle() {
        return pauses.isEmpty();
    }

    private void schedule(CallRun run, Remaining remaining) {
        var timeout = timer.schedule(() -> timeIsUp(run, remaining), remaining.nanos(), TimeUnit.NANOSECONDS);
        run.whenEnded(() -> timeout.cancel(false));
    }

    private void timeIsUp(CallRun run, Remaining used) {
        var mine = pauses.get(run);
        switch (mine == null ? Verdict.OVER : mine.timeIsUp(used.timeoutMillis(), System.nanoTime())) {
            case Verdict.Over() -> run.timeOut(used.timeoutMillis());
            case Verdict.Later() -> {} // resume sees to it
            case Verdict.GoesOn(var remaining) -> schedule(run, remaining);
        }
    }

    /**
     * What a call has left.
     *
     * @param timeoutMillis what it had at its start
     */
    private record Remaining(long nanos, int timeoutMillis) {}

    private sealed interface Verdict {
        Verdict OVER = new Over();
        Verdict LATER = new Later();

        record Over() implements Verdict {}

        record Later() implements Verdict {}

        record GoesOn(Remaining remaining) implements Verdict {}
    }

    /**
     * How one call has waited. Guarded by its own lock.
     *
     * <pre>
     * running ── begin ──▶ waiting ── time is up ──▶ waiting, due
     *    ◀──────── end ───────┘                           │
     *    ◀──────── end: what was waited until then is left ──┘
     * </pre>
     */
    private static final class Pauses {
        private int waits;
        private long waitingSince;
        private long waitedNanos;

        /** Of the time waited, what the timer has counted as the call's own. */
        private long owedNanos;

        private long owedSince;
        private @Nullable Remaining due;

        /** @return nanoseconds waited before */
        synchronized long begin(long now) {
            if (waits++ == 0) {
                waitingSince = now;
                owedSince = now;
            }
            return waitedNanos;
        }

        /** @return what the call has left, if nothing else ends its time */
        synchronized @Nullable Remaining end(long now) {
            if (--waits > 0) {
                return null;
            }
            waitedNanos += now - waitingSince;
            var remaining = due;
            due = null;
            if (remaining == null) {
                owedNanos += now - owedSince;
            }
            return remaining;
        }

        synchronized Verdict timeIsUp(int timeoutMillis, long now) {
            if (waits > 0) {
                due = new Remaining(owedNanos + now - owedSince, timeoutMillis);
                owedNanos = 0;
                return Verdict.LATER;
            }
            if (owedNanos > 0) {
                var remaining = new Remaining(owedNanos, timeoutMillis);
                owedNanos = 0;
                return new Verdict.GoesOn(remaining);
            }
            return Verdict.OVER;
        }
    }
}
