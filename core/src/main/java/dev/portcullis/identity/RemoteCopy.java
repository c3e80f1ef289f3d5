package dev.portcullis.identity;

import dev.portcullis.identity.IdentityException.Kind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Our copy of one document of a provider, fetched by one thread at a time.
 *
 * <pre>
 *   none ──load──▶ fresh ──4/5 of its life──▶ fresh, fetched again in background ──▶ fresh
 *                    └──its life passed──▶ expired: the next reader fetches and waits
 *                                             └──that failed──▶ stale: still used, tried again in background ──24 h──▶ none
 * </pre>
 *
 * State is guarded by {@code lock}; the fetch itself runs on a virtual thread, outside of it.
 */
final class RemoteCopy<T> {
    private static final Logger LOG = System.getLogger(RemoteCopy.class.getName());

    private final String name;
    private final Source<T> source;
    private final Lives lives;
    private final InstantSource clock;

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Copy<T> copy;
    private @Nullable CompletableFuture<T> flight;
    private @Nullable IdentityException failure;
    private long failedAt;
    private long refetchedAt = Long.MIN_VALUE / 2;

    /** Fetches and reads the document. Blocks. */
    @FunctionalInterface
    interface Source<T> {
        Loaded<T> load() throws IdentityException;
    }

    /** @param freshSeconds what the provider says of its freshness; -1 if nothing */
    record Loaded<T>(T value, long freshSeconds) {}

    /**
     * All in seconds.
     *
     * @param min shortest life
     * @param max longest life
     * @param unsaid life when the provider says nothing
     * @param stale how long after its life a copy is used while it cannot be replaced
     * @param retry shortest time between two tries while they fail
     * @param refetch shortest time between two {@link RemoteCopy#refetch}es
     */
    record Lives(long min, long max, long unsaid, long stale, long retry, long refetch) {}

    private record Copy<T>(T value, long fetchedAt, long refreshFrom, long freshUntil, long staleUntil) {}

    RemoteCopy(String name, Source<T> source, Lives lives, InstantSource clock) {
        this.name = name;
        this.source = source;
        this.lives = lives;
        this.clock = clock;
    }

    /**
     * The document. Blocks only if there is no copy, or an expired one that was not tried to replace yet.
     *
     * @throws IdentityException there is no copy to use, and none can be had
     */
    T get() throws IdentityException {
        CompletableFuture<T> awaited;
        Copy<T> known;
        lock.lock();
        try {
            long now = seconds();
            known = copy;
            if (known != null && (now < known.freshUntil || (failure != null && now < known.staleUntil))) {
                if (now >= known.refreshFrom && mayTry(now)) {
                    var _ = fly();
                }
                return known.value;
            }
            if (failure != null && !mayTry(now)) {
                throw failure;
            }
            awaited = fly();
        } finally {
            lock.unlock();
        }
        return await(awaited, known);
    }

    /**
     * Fetches although the copy is fresh, since it lacks something; if that was done within the last {@link Lives#refetch} seconds, or fails, gives the copy
     * that is there.
     */
    T refetch() throws IdentityException {
        CompletableFuture<T> awaited = null;
        Copy<T> known;
        lock.lock();
        try {
            long now = seconds();
            known = copy;
            if (flight != null) {
                awaited = flight;
            } else if (now >= refetchedAt + lives.refetch
                    || now < refetchedAt) { // a clock set back must not forbid it for long
                refetchedAt = now;
                awaited = fly();
            }
        } finally {
            lock.unlock();
        }
        return awaited == null ? get() : await(awaited, known);
    }

    private boolean mayTry(long now) {
        return failure == null || now >= failedAt + lives.retry || now < failedAt;
    }

    /** Joins the fetch that is under way, or begins one. The lock is held. */
    private CompletableFuture<T> fly() {
        if (flight != null) {
            return flight;
        }
        var begun = new CompletableFuture<T>();
        flight = begun;
        Thread.ofVirtual().name("refresh " + name).start(() -> load(begun));
        return begun;
    }

    private void load(CompletableFuture<T> begun) {
        try {
            Loaded<T> loaded = source.load();
            land(loaded, null);
            begun.complete(loaded.value);
        } catch (IdentityException e) {
            LOG.log(Level.WARNING, "{0} cannot be fetched: {1}", name, e.getMessage());
            land(null, e);
            begun.completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "a bug while fetching " + name, e);
            land(null, new IdentityException(Kind.UNAVAILABLE, name + ": a bug of ours, see the log"));
            begun.completeExceptionally(e);
        }
    }

    private void land(@Nullable Loaded<T> loaded, @Nullable IdentityException failed) {
        lock.lock();
        try {
            long now = seconds();
            flight = null;
            failure = failed;
            if (loaded == null) {
                failedAt = now;
                return;
            }
            long said = loaded.freshSeconds < 0 ? lives.unsaid : loaded.freshSeconds;
            long life = Math.clamp(said, lives.min, lives.max);
            copy = new Copy<>(loaded.value, now, now + life * 4 / 5, now + life, now + life + lives.stale);
        } finally {
            lock.unlock();
        }
    }

    private T await(CompletableFuture<T> awaited, @Nullable Copy<T> known) throws IdentityException {
        try {
            return awaited.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IdentityException(Kind.UNAVAILABLE, name + ": interrupted");
        } catch (ExecutionException e) {
            if (known != null && seconds() < known.staleUntil) {
                return known.value;
            }
            throw e.getCause() instanceof IdentityException said
                    ? said
                    : new IdentityException(Kind.UNAVAILABLE, name + ": a bug of ours, see the log");
        }
    }

    private long seconds() {
        return Math.floorDiv(clock.millis(), 1000L);
    }
}
