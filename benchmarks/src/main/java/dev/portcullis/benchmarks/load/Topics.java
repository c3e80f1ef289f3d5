package dev.portcullis.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Who has heard of which change how often: each stream must hear of each change once. The main thread {@link #expect}s and {@link #await}s; streams hear on their event
 * loop.
 */
final class Topics {
    /** What changes: a digit tells them apart. */
    static final List<String> URIS = List.of("load://topic/0", "load://topic/1", "load://topic/2", "load://topic/3");

    private static final byte[] BEGIN = "topic/".getBytes(StandardCharsets.US_ASCII);
    private static final long PATIENCE_SECONDS = 10;
    private static final int EVENT_CHARS_MAX = 1_024;

    private final AtomicIntegerArray announced = new AtomicIntegerArray(URIS.size());
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicLong bytesHeard = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile CompletableFuture<Long> ended = new CompletableFuture<>();
    private volatile @Nullable Stream first;

    HeldStreams.Ear ear() {
        var stream = new Stream();
        if (first == null) {
            first = stream;
        }
        return stream;
    }

    /** From now on each of these topics may be heard of once more. */
    void expect(int topic, int count, int streams) {
        for (int i = topic; i < topic + count; i++) {
            announced.incrementAndGet(i);
        }
        ended = new CompletableFuture<>();
        left.set(count * streams);
    }

    /**
     * Waits until all have heard of all.
     *
     * @return when the last did, by {@link System#nanoTime}
     * @throws LoadException somebody did not, or somebody twice
     */
    long await() throws InterruptedException {
        try {
            long when = ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            requireNone();
            return when;
        } catch (TimeoutException e) {
            requireNone();
            throw new LoadException(left + " events were not delivered within " + PATIENCE_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw new LoadException("events were not delivered", e);
        }
    }

    /** @throws LoadException a stream was told twice */
    void requireNone() {
        if (!failures.isEmpty()) {
            throw new LoadException(failures.size() + " streams were told twice, the first: " + failures.peek());
        }
    }

    /** @return of all streams, with what stands around events */
    long bytesHeard() {
        return bytesHeard.get();
    }

    /** @return the event that the first stream has heard first, as it stood in the stream, its empty line with it */
    String event() {
        var stream = first;
        if (stream == null) {
            throw new IllegalStateException("no stream has begun");
        }
        String text = stream.text.toString();
        int begin = text.indexOf("\r\n") + 2; // behind the length of the chunk
        int end = text.indexOf("\n\n", begin) + 2;
        if (end <= begin) {
            throw new LoadException("no event in " + text);
        }
        return text.substring(begin, end);
    }

    /** One stream. Finds topics however the bytes are split. Event loop only, but for the text, which is there before it is asked for. */
    private final class Stream implements HeldStreams.Ear, ByteProcessor {
        private final int[] heard = new int[URIS.size()];
        private final StringBuilder text = new StringBuilder();
        private int matched;

        @Override
        public void hear(ByteBuf bytes) {
            bytesHeard.addAndGet(bytes.readableBytes());
            if (this == first && text.length() < EVENT_CHARS_MAX) {
                text.append(bytes.toString(StandardCharsets.UTF_8));
            }
            bytes.forEachByte(this);
        }

        /** The first letter of what is looked for is in it but once. */
        @Override
        public boolean process(byte value) {
            if (matched == BEGIN.length) {
                matched = 0;
                hear(value - '0');
            } else if (value == BEGIN[matched]) {
                matched++;
            } else {
                matched = value == BEGIN[0] ? 1 : 0;
            }
            return true;
        }

        private void hear(int topic) {
            if (++heard[topic] > announced.get(topic)) {
                failures.add(URIS.get(topic) + " for the " + heard[topic] + "th time of " + announced.get(topic));
            }
            if (left.decrementAndGet() == 0) {
                ended.complete(System.nanoTime());
            }
        }
    }
}
