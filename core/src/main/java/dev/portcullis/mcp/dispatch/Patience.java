package dev.portcullis.mcp.dispatch;

import dev.portcullis.store.StoreException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Tries again what a store could not do, on a thread that has time: what a tool has worked out is not lost because its store was away for a moment. */
final class Patience {
    private static final System.Logger LOG = System.getLogger(Patience.class.getName());
    private static final long PAUSE_MILLIS_MIN = 50;
    private static final long PAUSE_MILLIS_MAX = 2_000;

    private Patience() {}

    /**
     * Blocks. Repeating it must be safe.
     *
     * @param millisMax how long it is tried, from the first failure on
     * @throws StoreException it still cannot, or the thread was interrupted
     */
    static <T> T with(Supplier<T> step, long millisMax) {
        long endNanos = Long.MAX_VALUE;
        for (long pause = PAUSE_MILLIS_MIN; ; pause = Math.min(2 * pause, PAUSE_MILLIS_MAX)) {
            try {
                return step.get();
            } catch (StoreException e) {
                long now = System.nanoTime();
                if (endNanos == Long.MAX_VALUE) {
                    LOG.log(System.Logger.Level.WARNING, "a task waits for its store: {0}", e.getMessage());
                    endNanos = now + TimeUnit.MILLISECONDS.toNanos(millisMax);
                }
                if (now - endNanos >= 0 || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pause));
            }
        }
    }
}
