package dev.portcullis.server;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Runs what may block (store look-ups, sign-ins, tools that are not inline) on a virtual thread each, so many at a time. There is no queue: what does not fit is
 * rejected at once, and the caller answers 503 (T-112). Any thread.
 */
public final class Offload implements Executor, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Offload.class.getName());
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

    private final ThreadFactory threads;
    private final int tasksMax;
    private final Semaphore permits;
    private volatile boolean closed;

    /** Tasks at a time unless set: what is bounded is memory, not processors. */
    public static final int TASKS_MAX = 4_096;

    /**
     * @param name of its threads, followed by a number
     * @param tasksMax tasks at a time
     */
    public Offload(String name, int tasksMax) {
        this.threads = Thread.ofVirtual().name(name + '-', 0).factory();
        this.tasksMax = tasksMax;
        this.permits = new Semaphore(tasksMax);
    }

    /** @throws RejectedExecutionException so many tasks are running, or this is closed */
    @Override
    public void execute(Runnable task) {
        if (closed || !permits.tryAcquire()) {
            throw new RejectedExecutionException(closed ? "closed" : tasksMax + " tasks are running");
        }
        boolean started = false;
        try {
            threads.newThread(() -> run(task)).start();
            started = true;
        } finally {
            if (!started) {
                permits.release();
            }
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "a task failed", e);
        } finally {
            permits.release();
        }
    }

    /** @return tasks that are running now */
    public int running() {
        return tasksMax - permits.availablePermits();
    }

    /** Takes no more tasks and waits for those that run, for at most ten seconds. */
    @Override
    public void close() {
        closed = true;
        try {
            if (!permits.tryAcquire(tasksMax, CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "{0} tasks still run after {1}", running(), CLOSE_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
