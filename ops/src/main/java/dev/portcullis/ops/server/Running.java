package dev.portcullis.ops.server;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;

/**
 * A server that has started, or is starting: its parts, in the order in which they were made. Closing it closes them the other way round, each even if another
 * fails; the first failure is told. The parts are those of {@link Wiring}.
 *
 * <pre>
 * starting ──(add, add, …)──► running ──close──► stopping ──parts closed──► stopped
 *     └────────────close─────────────────────────────┘
 * </pre>
 *
 * <p>Any thread may close it, several times; the lock is its own monitor.
 */
public final class Running implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Running.class.getName());

    private final Deque<Part> parts = new ArrayDeque<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private boolean isStopping;

    private record Part(String name, AutoCloseable closing) {}

    /**
     * Takes over a part.
     *
     * @param name what the log calls it
     * @param part closed before all parts that were added earlier, and bounded in the time that takes
     * @return the part
     */
    public synchronized <T extends AutoCloseable> T add(String name, T part) {
        if (isStopping) {
            throw new IllegalStateException("the server is stopping: nothing can be added");
        }
        parts.push(new Part(name, part));
        return part;
    }

    /** Waits until somebody has closed it and all is closed. */
    public void awaitTermination() throws InterruptedException {
        stopped.await();
    }

    /** Drains and closes everything; returns when that is done. Later callers wait for the first. */
    @Override
    public void close() {
        if (isFirstToStop()) {
            try {
                closeParts();
            } finally {
                stopped.countDown();
            }
            return;
        }
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isFirstToStop() {
        boolean isFirst = !isStopping;
        isStopping = true;
        return isFirst;
    }

    private void closeParts() {
        for (Part part : parts) {
            try {
                part.closing.close();
            } catch (Exception e) { // Whatever one part does, the others are closed.
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                LOG.log(Level.ERROR, "closing " + part.name + " failed", e);
            }
        }
    }
}
