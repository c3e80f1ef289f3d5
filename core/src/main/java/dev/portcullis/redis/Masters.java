package dev.portcullis.redis;

import java.lang.System.Logger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Follows who the masters are: asks about once a second, and at once when one is lost. A thread of its own; the rest is for any. */
final class Masters implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Masters.class.getName());
    private static final int EVERY_MILLIS = 1_000;
    /** Between questions when they are hurried. */
    private static final int LEAST_MILLIS = 100;
    /** How long a certain answer counts. */
    private static final int CERTAIN_MILLIS = 3_000;

    private final MasterFinder finder;
    private final Consumer<MasterFinder.Found> follower;
    private final Thread thread;
    private volatile boolean closed;
    private volatile long certainMillis;

    Masters(MasterFinder finder, Consumer<MasterFinder.Found> follower) {
        this.finder = finder;
        this.follower = follower;
        this.thread = Thread.ofVirtual().name("redis-masters").unstarted(this::run);
    }

    /** Finds them for the first time. Blocks. @throws dev.portcullis.store.StoreException they cannot be found */
    void start() {
        look();
        thread.start();
    }

    private void look() {
        long asked = System.currentTimeMillis();
        var found = finder.find();
        follower.accept(found);
        if (found.certain()) {
            certainMillis = asked;
        }
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(EVERY_MILLIS));
            if (closed) {
                break;
            }
            try {
                look();
            } catch (RuntimeException e) { // whatever it is, the next time may be better
                LOG.log(Logger.Level.DEBUG, "who the masters are is not known", e);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LEAST_MILLIS));
        }
        finder.close();
    }

    /** Somebody has noticed that they may be others. */
    void hurry() {
        LockSupport.unpark(thread);
    }

    /** Until when it is certain that no other has taken the place of one of them. Milliseconds of {@link System#currentTimeMillis}. */
    long certainMillis() {
        return certainMillis + CERTAIN_MILLIS;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
