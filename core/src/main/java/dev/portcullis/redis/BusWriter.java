package dev.portcullis.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.portcullis.store.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Says this node's words, in order, as many at a time as have gathered. What could not be sent is sent again, with the numbers it had, by which Redis knows what it has already. Any thread
 * hands over; one thread sends.
 */
final class BusWriter {
    private static final Script SAY = Script.of(BusWriter.class, "bus-say.lua");
    private static final int BATCH_WORDS = 256;
    private static final int BATCH_BYTES = 1 << 20;
    private static final int RETRY_MILLIS = 50;
    private static final int RETRY_MILLIS_MAX = 1_000;
    private static final int NUMBER_KEPT_FACTOR = 10;

    /**
     * @param to empty: all
     * @param said where somebody waits, for the place; null where nobody does
     */
    private record Word(
            long number,
            String to,
            String topic,
            byte[] words,
            @Nullable CompletableFuture<String> said) {}

    private final Redis redis;
    private final BusKeys keys;
    private final BusSeal seal;
    private final String node;
    private final BusLimits limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Word> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long lastNumber;
    private boolean closed;

    BusWriter(Redis redis, BusKeys keys, BusSeal seal, String node, BusLimits limits) {
        this.redis = redis;
        this.keys = keys;
        this.seal = seal;
        this.node = node;
        this.limits = limits;
    }

    /** @return false if there is no room */
    boolean post(String to, String topic, byte[] words) {
        return add(to, topic, words, null);
    }

    /** @return the place; empty if the node has gone */
    String tell(String to, String topic, byte[] words) {
        var said = new CompletableFuture<String>();
        if (!add(to, topic, words, said)) {
            throw new StoreException("too many words wait to be sent to other nodes");
        }
        try {
            return said.get(redis.commandMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoreException cause ? cause : new StoreException("not said", e);
        } catch (TimeoutException e) {
            throw new StoreException(
                    "words to other nodes could not be sent within " + redis.commandMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while words were sent to other nodes", e);
        } finally {
            said.cancel(false); // whoever has stopped waiting has been told that nothing is known
        }
    }

    private boolean add(String to, String topic, byte[] words, @Nullable CompletableFuture<String> said) {
        lock.lock();
        try {
            if (closed
                    || waiting.size() >= limits.waitingMax()
                    || waitingBytes + words.length > limits.waitingBytesMax()) {
                return false;
            }
            waiting.add(new Word(++lastNumber, to, topic, words, said));
            waitingBytes += words.length;
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns when closed; what waits then is tried once more. */
    void run() {
        int failures = 0;
        for (var batch = next(); !batch.isEmpty(); batch = next()) {
            try {
                send(batch);
                failures = 0;
            } catch (RuntimeException e) { // whatever it is, the words wait for a better time
                failed(batch, Failures.explain(e));
                if (!pause(Jitter.delayMillis(RETRY_MILLIS, RETRY_MILLIS_MAX, failures++))) {
                    return;
                }
            }
        }
    }

    /** Waits for words. @return those to be sent together, which stay where they are; none if closed */
    private List<Word> next() {
        lock.lock();
        try {
            var batch = new ArrayList<Word>();
            while (batch.isEmpty()) {
                while (waiting.isEmpty() && !closed) {
                    changed.awaitUninterruptibly();
                }
                if (waiting.isEmpty()) {
                    return batch;
                }
                gather(batch);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void gather(List<Word> batch) {
        waiting.removeIf(word -> {
            boolean given = word.said != null && word.said.isDone();
            waitingBytes -= given ? word.words.length : 0;
            return given;
        });
        long bytes = 0;
        for (Word word : waiting) {
            bytes += word.words.length;
            if (batch.size() == BATCH_WORDS || (bytes > BATCH_BYTES && !batch.isEmpty())) {
                return;
            }
            batch.add(word);
        }
    }

    private void send(List<Word> batch) {
        var numbers = new LinkedHashMap<String, Integer>();
        var streams = new ArrayList<byte[]>(List.of(keys.said(node), keys.all()));
        numbers.put("", 2);
        var arguments = new ArrayList<byte[]>();
        arguments.add(node.getBytes(UTF_8));
        arguments.add(ascii((long) limits.inboxMillis() * NUMBER_KEPT_FACTOR));
        arguments.add(ascii(limits.keptMax()));
        for (Word word : batch) {
            int key = numbers.computeIfAbsent(word.to, to -> {
                streams.add(keys.inbox(to));
                return streams.size();
            });
            arguments.add(ascii(key));
            arguments.add(ascii(word.number));
            arguments.add(word.topic.getBytes(UTF_8));
            arguments.add(seal.seal(node, word.to, word.topic, word.words));
        }
        var places = redis.run(SAY, streams.toArray(byte[][]::new), arguments.toArray(byte[][]::new));
        for (int i = 0; i < batch.size(); i++) {
            var said = batch.get(i).said;
            if (said != null) {
                said.complete(new String((byte[]) places.get(i), UTF_8));
            }
        }
        remove(batch);
    }

    private static byte[] ascii(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }

    /** Whoever waits is told; what nobody waits for is tried again. */
    private void failed(List<Word> batch, StoreException e) {
        var awaited = new ArrayList<Word>();
        for (Word word : batch) {
            if (word.said != null) {
                word.said.completeExceptionally(e);
                awaited.add(word);
            }
        }
        remove(awaited);
    }

    private void remove(List<Word> words) {
        lock.lock();
        try {
            for (Word word : words) {
                if (waiting.remove(word)) {
                    waitingBytes -= word.words.length;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** @return false if closed */
    private boolean pause(int millis) {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
            return !closed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }
}
