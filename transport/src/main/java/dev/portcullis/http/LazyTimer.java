package dev.portcullis.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A deadline that is set far more often than it is met. Setting it anew writes a field; the task on the event loop's queue is left where it is, and looks at its
 * end whether the deadline has moved. While its channel's bytes are being read nothing can expire: what is set meanwhile counts from the end of that, so that of a request
 * that is answered at once not even the clock is read. Event loop only.
 */
public final class LazyTimer implements Runnable {
    private final EventExecutor loop;
    private final Runnable onExpiry;
    private @Nullable ScheduledFuture<?> task;
    private long taskNanos;
    private long deadlineNanos;
    private boolean running;
    private boolean reading;
    private long millisAfterRead;

    public LazyTimer(EventExecutor loop, Runnable onExpiry) {
        this.loop = loop;
        this.onExpiry = onExpiry;
    }

    /** Expires once, so many milliseconds from now, unless it is started again or stopped. */
    public void start(long millis) {
        if (reading) {
            running = false;
            millisAfterRead = millis;
        } else {
            startNow(millis);
        }
    }

    /** Bytes are being read, until {@link #readComplete}. */
    public void reading() {
        reading = true;
    }

    /** What was set meanwhile starts. */
    public void readComplete() {
        reading = false;
        if (millisAfterRead > 0) {
            startNow(millisAfterRead);
        }
    }

    private void startNow(long millis) {
        running = true;
        millisAfterRead = 0;
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
        millisAfterRead = 0;
    }

    /** Stops, and leaves nothing on the event loop's queue. */
    public void end() {
        stop();
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
