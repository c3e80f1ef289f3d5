package dev.portcullis.fetch;

import dev.portcullis.fetch.FetchException.Reason;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Gets JSON documents over HTTPS within limits: of time (a hard one, against peers that send a byte now and then), of size, of what is accepted as an answer
 * (O-122, O-143). Follows no redirects, keeps no cookies, asks for no compression, retries nothing.
 *
 * <p>Every request has a connection of its own: its address is looked at anew ({@link AddressGuard}), and a code that can be redeemed once is not lost to a
 * connection that went stale. TLS sessions are resumed, so this costs one round trip. Any number of threads; calls block at most
 * {@link FetchLimits#totalMillis}.
 */
public final class DocumentFetcher implements AutoCloseable {
    private final FetchLimits limits;
    private final AddressGuard guard;
    private final TlsSocketStrategy tls;
    private final @Nullable EgressProxy proxy;
    private final Semaphore turns;
    private final Set<Fetch> underWay = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public DocumentFetcher(FetchLimits limits, AddressGuard guard) {
        this(limits, guard, (EgressProxy) null);
    }

    /** @param proxy through which https to strangers goes, by tunnels to the addresses that were looked at; null for none */
    public DocumentFetcher(FetchLimits limits, AddressGuard guard, @Nullable EgressProxy proxy) {
        this(limits, guard, new DefaultTrust(), proxy);
    }

    /** @param trust which certificates are believed; names are checked in any case */
    public DocumentFetcher(FetchLimits limits, AddressGuard guard, SSLContext trust) {
        this(limits, guard, new DefaultClientTlsStrategy(trust), null);
    }

    private DocumentFetcher(
            FetchLimits limits, AddressGuard guard, TlsSocketStrategy tls, @Nullable EgressProxy proxy) {
        this.proxy = proxy;
        this.limits = limits;
        this.guard = guard;
        this.tls = tls;
        this.turns = new Semaphore(limits.concurrentMax());
    }

    /**
     * Sends one request and gives back the whole answer.
     *
     * @throws FetchException there is no acceptable answer; {@link FetchException#reason} says why
     */
    public FetchedDocument fetch(FetchRequest request) throws FetchException {
        guard.checkUri(request.uri(), request.destination());
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limits.totalMillis());
        var fetch = new Fetch(request, limits, guard, tls, proxy);
        try {
            if (!turns.tryAcquire(limits.totalMillis(), TimeUnit.MILLISECONDS)) {
                throw new FetchException(Reason.OVERLOADED, request + ": too many requests are under way");
            }
            return await(request, fetch, start(fetch), deadline);
        } catch (InterruptedException e) {
            fetch.cancel();
            Thread.currentThread().interrupt();
            throw new FetchException(Reason.CLOSED, request + ": interrupted");
        }
    }

    /** The exchange runs on a thread of its own, so that nothing it hangs in (a name lookup cannot be interrupted) holds the caller past the deadline. */
    private FutureTask<FetchedDocument> start(Fetch fetch) {
        var task = new FutureTask<>(fetch);
        underWay.add(fetch);
        if (closed) {
            fetch.cancel();
        }
        Thread.ofVirtual().name("fetch").start(() -> {
            try {
                task.run();
            } finally {
                underWay.remove(fetch);
                turns.release();
            }
        });
        return task;
    }

    private FetchedDocument await(FetchRequest request, Fetch fetch, FutureTask<FetchedDocument> task, long deadline)
            throws FetchException, InterruptedException {
        try {
            return task.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            fetch.cancel();
            throw new FetchException(
                    Reason.TIMEOUT, request + ": no whole answer within " + limits.totalMillis() + " ms");
        } catch (ExecutionException e) {
            if (closed) {
                throw new FetchException(Reason.CLOSED, request + ": shutting down");
            }
            if (e.getCause() instanceof FetchException known) {
                throw known;
            }
            throw new IllegalStateException(request + ": a bug in the fetcher", e.getCause());
        }
    }

    /** Ends all requests under way; later ones fail at once. */
    @Override
    public void close() {
        closed = true;
        underWay.forEach(Fetch::cancel);
    }
}
