package dev.portcullis.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A deadline that is set far more often than it is met. Setting it anew writes a field; the task on the event loop's queue is left where it is, and looks at its
 * end whether the deadline has moved. Event loop only.
 */
public final class LazyTimer implements Runnable {
    private final EventExecutor loop;
    private final Runnable onExpiry;
    private @Nullable ScheduledFuture<?> task;
    private long taskNanos;
    private long deadlineNanos;
    private boolean running;

    public LazyTimer(EventExecutor loop, Runnable onExpiry) {
        this.loop = loop;
        this.onExpiry = onExpiry;
    }

    /** Expires once, so many milliseconds from now, unless it is started again or stopped. */
    public void start(long millis) {
        running = true;
        deadlineNanos = now() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (task != null && taskNanos - deadlineNanos > 0) {
            cancel(task);
        }
        if (task == null) {
            schedule();
        }
    }

    /** Does not expire. */
    public void stop() {
        running = false;
    }

    /** Stops, and leaves nothing on the event loop's queue. */
    public void end() {
        running = false;
        if (task != null) {
            cancel(task);
        }
    }

    /** Not for callers: the task itself. */
    @Override
    public void run() {
        task = null;
        if (!running) {
            return;
        }
        if (deadlineNanos - now() > 0) {
            schedule();
        } else {
            running = false;
            onExpiry.run();
        }
    }

    private void schedule() {
        taskNanos = deadlineNanos;
        task = loop.schedule(this, deadlineNanos - now(), TimeUnit.NANOSECONDS);
    }

    private void cancel(ScheduledFuture<?> scheduled) {
        scheduled.cancel(false);
        task = null;
    }

    private long now() {
        return loop.ticker().nanoTime();
    }
}
