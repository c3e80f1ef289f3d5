package dev.portcullis.store.embedded;

import dev.portcullis.store.GrantStore.Revocation;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that changes a file, and the queue to it. One write after another: each sees what those before it did. What waits is taken together, made durable by
 * one commit and one fsync, and only then do its callers hear of it:
 *
 * <pre>
 * caller   offer ──(queue full: StoreException)──► wait ───────────────────────────► result or exception
 * writer          take what waits ► apply each ► commit + fsync ► tell listeners ► release callers ► housekeeping when due
 *                                     │ failed: undone, its caller hears of it
 *                                     └─ the file failed: all hear of it; it is opened anew within a second
 * </pre>
 *
 * In memory there is no fsync to share, and handing a change to another thread would cost more than the change: each caller makes its own, one after another by
 * {@code turns}, and the thread only keeps house.
 */
final class Writer {
    private static final System.Logger LOG = System.getLogger(Writer.class.getName());
    private static final int SWEEP_ROWS = 500;

    private final Limits limits;
    private final Supplier<Database> opener;
    private final BlockingQueue<Write<?>> queue;
    private final boolean isDurable;

    /** Held by whoever changes the store. */
    private final ReentrantLock turns = new ReentrantLock();

    /** Who has a turn or waits for one, in memory. */
    private final Semaphore places;

    private final List<Consumer<Revocation>> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile @Nullable Database database;
    private volatile boolean closing;
    private volatile boolean ended;

    // Whoever has the turn only:
    private long toldSeconds;
    private long toldAtNanos;
    private long sweptAtNanos = System.nanoTime();

    /** @param opener opens the database now, and again after the file failed */
    Writer(Supplier<Database> opener, Limits limits) {
        this.limits = limits;
        this.opener = opener;
        places = new Semaphore(limits.waitingWritesMax() + 1);
        queue = new ArrayBlockingQueue<>(limits.waitingWritesMax());
        Database opened = opener.get();
        database = opened;
        isDurable = opened.isDurable();
        thread = Thread.ofPlatform().name("grant-store").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** @throws StoreException closed, or the file failed and is not yet open again */
    Database database() {
        Database open = database;
        if (open == null || closing) {
            throw new StoreException(closing ? "the store is closed" : "the store's file failed and is not open");
        }
        return open;
    }

    void onRevocation(Consumer<Revocation> listener) {
        listeners.add(listener);
    }

    /** Has a change made that answers nothing, and waits until it is durable. */
    void make(BiConsumer<Tables, Transaction> change) {
        write((tables, tx) -> {
            change.accept(tables, tx);
            return true;
        });
    }

    /** Has a change made, and waits until it is durable. */
    <T extends @Nullable Object> T write(Change<T> change) {
        return write(Write.NO_TIME, change);
    }

    /** @param nowSeconds what the caller takes for the time; what was told last is what the sweep goes by */
    <T extends @Nullable Object> T write(long nowSeconds, Change<T> change) {
        var write = new Write<>(nowSeconds, change);
        if (closing) {
            throw new StoreException("the store is closed");
        }
        if (isDurable) {
            handOver(write);
        } else {
            makeNow(write);
        }
        return write.await(limits.writeWaitMillis());
    }

    private void handOver(Write<?> write) {
        if (!queue.offer(write)) {
            throw overloaded();
        }
        if (ended) {
            throw new StoreException("the store is closed");
        }
    }

    private void makeNow(Write<?> write) {
        if (!places.tryAcquire()) {
            throw overloaded();
        }
        try {
            takeTurn(List.of(write));
        } finally {
            places.release();
        }
    }

    private StoreException overloaded() {
        return new StoreException("the store is overloaded: " + limits.waitingWritesMax() + " writes are waiting");
    }

    /** Takes what waits, then ends. */
    void close() {
        closing = true;
        var wake = new Write<>(Write.NO_TIME, (tables, tx) -> true);
        boolean unused = queue.offer(wake); // if there is no room, the writer is awake
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closing || !queue.isEmpty()) {
            takeTurn(take());
        }
        turns.lock();
        try {
            endWith(database);
        } finally {
            turns.unlock();
        }
    }

    private void takeTurn(List<Write<?>> batch) {
        turns.lock();
        try {
            if (ended) {
                batch.forEach(write -> write.fail(new StoreException("the store is closed")));
                return;
            }
            apply(batch);
            keepHouse();
        } catch (Throwable e) {
            // Errors too: half a change may stand in the maps, and must not reach the file with the next commit.
            batch.forEach(write -> write.fail(new StoreException("the store cannot be written", e)));
            giveUpDatabase(e);
        } finally {
            turns.unlock();
        }
    }

    private void endWith(@Nullable Database open) {
        try {
            if (open != null) {
                open.close();
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the grant store's file could not be closed in order", e);
        } finally {
            ended = true;
            var late = new ArrayList<Write<?>>();
            queue.drainTo(late);
            late.forEach(write -> write.fail(new StoreException("the store is closed")));
        }
    }

    private List<Write<?>> take() {
        var batch = new ArrayList<Write<?>>();
        try {
            Write<?> first = queue.poll(database == null ? 1 : limits.sweepEverySeconds(), TimeUnit.SECONDS);
            if (first != null) {
                batch.add(first);
                queue.drainTo(batch, limits.writesPerCommitMax() - 1);
            }
        } catch (InterruptedException e) {
            // Nobody has reason to interrupt this thread; it ends by close() alone.
            LOG.log(System.Logger.Level.DEBUG, "interrupted", e);
        }
        return batch;
    }

    private void apply(List<Write<?>> batch) {
        Database open = database;
        if (open == null) {
            open = reopened(batch);
            if (open == null) {
                return;
            }
        }
        for (Write<?> write : batch) {
            if (write.nowSeconds != Write.NO_TIME) {
                toldSeconds = write.nowSeconds;
                toldAtNanos = System.nanoTime();
            }
            write.apply(open.tables());
        }
        if (batch.stream().anyMatch(Write::isChange)) {
            open.commit();
        }
        for (Write<?> write : batch) {
            write.revocations().forEach(this::tell);
        }
        batch.forEach(Write::complete);
    }

    private void tell(Revocation revocation) {
        for (Consumer<Revocation> listener : listeners) {
            try {
                listener.accept(revocation);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a listener failed to take a revocation", e);
            }
        }
    }

    private void keepHouse() {
        Database open = database;
        if (open == null) {
            return;
        }
        open.compactWhenDue();
        long sinceSweepNanos = System.nanoTime() - sweptAtNanos;
        if (toldSeconds != 0 && sinceSweepNanos >= TimeUnit.SECONDS.toNanos(limits.sweepEverySeconds())) {
            sweepStep(open);
        }
    }

    private void sweepStep(Database open) {
        var tx = new Transaction();
        boolean unfinished = false;
        try {
            unfinished = sweep(open.tables(), tx, estimatedNow()).unfinished();
            if (!tx.isEmpty()) {
                open.commit();
            }
        } catch (StoreException e) {
            tx.undo();
            LOG.log(System.Logger.Level.ERROR, "the grant store cannot be swept", e);
        }
        if (!unfinished) {
            sweptAtNanos = System.nanoTime();
        }
    }

    /** The store asks no clock: the time is what a caller said last, and what has passed since. */
    private long estimatedNow() {
        return toldSeconds + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - toldAtNanos);
    }

    /** One bounded step. */
    static Sweep sweep(Tables tables, Transaction tx, long nowSeconds) {
        int retired = tables.retire(tx, nowSeconds, SWEEP_ROWS);
        int ended = tables.sweep(tx, nowSeconds, SWEEP_ROWS);
        return new Sweep(ended, retired >= SWEEP_ROWS || ended >= SWEEP_ROWS);
    }

    /**
     * What a step of a sweep did.
     *
     * @param records how many went
     * @param unfinished whether there may be more
     */
    record Sweep(int records, boolean unfinished) {}

    private void giveUpDatabase(Throwable cause) {
        LOG.log(System.Logger.Level.ERROR, "the grant store's file failed; it is opened anew", cause);
        Database failed = database;
        database = null;
        if (failed != null) {
            failed.abandon();
        }
    }

    private @Nullable Database reopened(List<Write<?>> batch) {
        try {
            Database opened = opener.get();
            database = opened;
            LOG.log(System.Logger.Level.INFO, "the grant store's file is open again");
            return opened;
        } catch (StoreException e) {
            batch.forEach(write -> write.fail(e));
            return null;
        }
    }

    /** A change of the tables; it may run on no thread but the writer's. */
    interface Change<T extends @Nullable Object> {
        T apply(Tables tables, Transaction tx);
    }

    /** A change on its way, and its caller's place to wait. */
    private static final class Write<T extends @Nullable Object> {
        static final long NO_TIME = Long.MIN_VALUE;

        final long nowSeconds;
        private final Change<T> change;
        private final Transaction tx = new Transaction();
        private final CountDownLatch done = new CountDownLatch(1);
        private @Nullable RuntimeException failure;
        private @Nullable T result;

        Write(long nowSeconds, Change<T> change) {
            this.nowSeconds = nowSeconds;
            this.change = change;
        }

        void apply(Tables tables) {
            try {
                result = change.apply(tables, tx);
            } catch (MVStoreException e) {
                throw e;
            } catch (RuntimeException e) {
                tx.undo();
                failure = e;
            }
        }

        boolean isChange() {
            return !tx.isEmpty();
        }

        List<Revocation> revocations() {
            return tx.revocations();
        }

        void complete() {
            done.countDown();
        }

        /** No effect on one that is complete. */
        void fail(RuntimeException e) {
            if (done.getCount() > 0) {
                failure = e;
                done.countDown();
            }
        }

        @SuppressWarnings("NullAway") // result is what the change returned, of type T, once done
        T await(long waitMillis) {
            boolean interrupted = false;
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
            try {
                while (true) {
                    try {
                        if (!done.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                            throw new StoreException("the store did not answer within " + waitMillis + " ms");
                        }
                        break;
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            if (failure != null) {
                throw failure;
            }
            return result;
        }
    }
}
