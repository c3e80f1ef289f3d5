package dev.portcullis.fetch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.fetch.FetchException.Reason;
import java.net.URI;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Documents that strangers name, by address, read and kept as long as their hosts say (O-125). Of any number of threads that want one document one fetches it.
 *
 * <pre>
 *   absent ──fetched──▶ fresh ──its life passed──▶ expired ──fetched again──▶ fresh
 *     │                                               ├──the host cannot be reached──▶ stale: still given, until the cap
 *     │                                               └──the host says otherwise────▶ absent
 *     └──failed──▶ throttled: the same failure for 30 s, without a fetch ──▶ absent
 * </pre>
 *
 * <p>Bounded by what the documents weigh, whatever the number of addresses. Any thread; {@link #get} blocks while a fetch that it needs is under way.
 */
public final class DocumentTable<T> {
    private static final int THROTTLE_WEIGHT_MAX = 4 * 1024 * 1024;
    private static final int ENTRY_WEIGHT = 256;

    private final StrangersDocuments documents;
    private final Reader<T> reader;
    private final Lives lives;
    private final BiConsumer<String, Answer<T>> onFetched;
    private final InstantSource clock;
    private final Cache<String, Copy<T>> copies;
    private final Cache<String, Failure<T>> failures;
    private final ConcurrentHashMap<String, CompletableFuture<Answer<T>>> flights = new ConcurrentHashMap<>();

    /** Makes of a document what is kept of it. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(String address, byte[] body) throws InvalidDocumentException;
    }

    /** What became of the wish for a document. */
    public sealed interface Answer<T> {
        /** Here it is. */
        record Had<T>(T document) implements Answer<T> {}

        /** It is not what it should be. */
        record Invalid<T>(String flaw) implements Answer<T> {}

        /** It cannot be told what it says. */
        record Unavailable<T>(Reason reason) implements Answer<T> {}
    }

    /**
     * All in seconds.
     *
     * @param min shortest life
     * @param max longest life, and how long a copy is given at all while it cannot be replaced
     * @param unsaid life when the host says nothing
     * @param retry how long a failure counts, and the shortest time between two {@link #refetch}es
     */
    public record Lives(int min, int max, int unsaid, int retry) {
        /** Between 5 min and 24 h, an hour if nothing is said, 30 s (O-125). */
        public static final Lives DEFAULT = new Lives(300, 86_400, 3_600, 30);

        /** With another longest life. */
        public Lives max(int seconds) {
            return new Lives(Math.min(min, seconds), seconds, Math.min(unsaid, seconds), retry);
        }
    }

    private record Copy<T>(T document, long fetchedAt, long freshUntil, long staleUntil, int weight) {}

    private record Failure<T>(Answer<T> answer, long at) {}

    /**
     * @param weightMax of all that is kept: bytes of documents and characters of addresses
     * @param onFetched is told of every fetch, by the thread that made it
     */
    public DocumentTable(
            StrangersDocuments documents,
            Reader<T> reader,
            Lives lives,
            long weightMax,
            BiConsumer<String, Answer<T>> onFetched,
            InstantSource clock) {
        this.documents = documents;
        this.reader = reader;
        this.lives = lives;
        this.onFetched = onFetched;
        this.clock = clock;
        this.copies = Caffeine.newBuilder()
                .maximumWeight(weightMax)
                .weigher((String _, Copy<T> copy) -> copy.weight)
                .build();
        this.failures = Caffeine.newBuilder()
                .maximumWeight(THROTTLE_WEIGHT_MAX)
                .weigher((String address, Failure<T> _) -> address.length() + ENTRY_WEIGHT)
                .build();
    }

    /** The document at an absolute URL, fetched if there is no fresh copy. */
    public Answer<T> get(String address) {
        long now = seconds();
        Copy<T> copy = copies.getIfPresent(address);
        if (copy != null && isWithin(now, copy.fetchedAt, copy.freshUntil)) {
            return new Answer.Had<>(copy.document);
        }
        Failure<T> failure = failures.getIfPresent(address);
        if (failure != null && isWithin(now, failure.at, failure.at + lives.retry)) {
            return orStale(failure.answer, copy, now);
        }
        return orStale(fetch(address, copy, failure), copy, now);
    }

    /** The document, fetched although a copy is fresh since that lacks something; not within 30 s of the last fetch. */
    public Answer<T> refetch(String address) {
        long now = seconds();
        Copy<T> copy = copies.getIfPresent(address);
        if (copy == null || isWithin(now, copy.fetchedAt, copy.fetchedAt + lives.retry)) {
            return get(address);
        }
        Failure<T> failure = failures.getIfPresent(address);
        return failure != null && isWithin(now, failure.at, failure.at + lives.retry)
                ? get(address)
                : orStale(fetch(address, copy, failure), copy, now);
    }

    /** A clock that was set back must not keep anything for long. */
    private static boolean isWithin(long now, long from, long until) {
        return now >= from && now < until;
    }

    private static <T> Answer<T> orStale(Answer<T> answer, @Nullable Copy<T> copy, long now) {
        if (copy != null
                && answer instanceof Answer.Unavailable<T>(Reason reason)
                && !isFinal(reason)
                && isWithin(now, copy.fetchedAt, copy.staleUntil)) {
            return new Answer.Had<>(copy.document);
        }
        return answer;
    }

    /** @param copy what the caller has seen; what has landed since is what it waits for */
    private Answer<T> fetch(String address, @Nullable Copy<T> copy, @Nullable Failure<T> failure) {
        var mine = new CompletableFuture<Answer<T>>();
        CompletableFuture<Answer<T>> others = flights.putIfAbsent(address, mine);
        if (others != null) {
            return others.join();
        }
        Answer<T> answer = new Answer.Unavailable<>(Reason.CLOSED);
        try {
            Copy<T> landed = copies.getIfPresent(address);
            Failure<T> failed = failures.getIfPresent(address);
            if (landed != null && !landed.equals(copy)) {
                answer = new Answer.Had<>(landed.document);
            } else if (failed != null && !failed.equals(failure)) {
                answer = failed.answer;
            } else {
                answer = load(address);
                onFetched.accept(address, answer);
            }
        } finally {
            flights.remove(address);
            mine.complete(answer);
        }
        return answer;
    }

    private Answer<T> load(String address) {
        try {
            FetchedDocument fetched = documents.get(URI.create(address));
            T document = reader.read(address, fetched.body());
            keep(address, document, fetched);
            return new Answer.Had<>(document);
        } catch (FetchException e) {
            return failed(address, new Answer.Unavailable<>(e.reason()), isFinal(e.reason()), isOfOurs(e.reason()));
        } catch (InvalidDocumentException e) {
            return failed(address, new Answer.Invalid<>(e.flaw()), true, false);
        }
    }

    private void keep(String address, T document, FetchedDocument fetched) {
        long now = seconds();
        long said = fetched.freshSeconds() < 0 ? lives.unsaid : fetched.freshSeconds();
        long life = Math.clamp(said, lives.min, lives.max);
        int weight = fetched.body().length + address.length() + ENTRY_WEIGHT;
        copies.put(address, new Copy<>(document, now, now + life, now + lives.max, weight));
        failures.invalidate(address);
    }

    private Answer<T> failed(String address, Answer<T> answer, boolean isFinal, boolean isOfOurs) {
        if (isFinal) {
            copies.invalidate(address);
        }
        if (!isOfOurs) {
            failures.put(address, new Failure<>(answer, seconds()));
        }
        return answer;
    }

    /** Whether the host has spoken, or we will not listen: then what it said before counts no more. */
    private static boolean isFinal(Reason reason) {
        return switch (reason) {
            case ADDRESS, REDIRECT, STATUS, MEDIA_TYPE, TOO_LARGE -> true;
            case UNREACHABLE, TIMEOUT, PEER_FAILING, MALFORMED, OVERLOADED, CLOSED -> false;
        };
    }

    /** Says nothing about the document, so it is not remembered of it. */
    private static boolean isOfOurs(Reason reason) {
        return reason == Reason.OVERLOADED || reason == Reason.CLOSED;
    }

    /** How many documents are kept, about. */
    long size() {
        copies.cleanUp();
        return copies.estimatedSize();
    }

    private long seconds() {
        return Math.floorDiv(clock.millis(), 1000L);
    }
}
