package dev.portcullis.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.portcullis.cluster.Bus;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.XTrimArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.lang.System.Logger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads the words to all and the words to this node, on a connection of its own that waits for them, and hands them to the listeners.
 *
 * <pre>
 *   connecting ──► comparing: is the last word that was heard still the one at its place? ──► reading ──► a word: is its number the next one? ──► heard
 *       ▲                │ no: missed is told, and reading goes on from what is there now          │            │ no: missed is told, then heard
 *       └────────────────┴───────────── after 50 ms to 1 s, at random ◄────────────────────────────┘ lost, or no answer in time
 * </pre>
 *
 * One thread runs it; {@link #heard} is for any.
 */
final class BusReader {
    private static final Logger LOG = System.getLogger(BusReader.class.getName());
    private static final Script RENEW = Script.of(BusReader.class, "bus-renew.lua");
    private static final int BLOCK_MILLIS_MAX = 1_000;
    private static final int WORDS_AT_ONCE = 64;
    private static final int RETRY_MILLIS = 50;
    private static final int RETRY_MILLIS_MAX = 1_000;

    /** One of the two streams, and how far it was read. Belongs to the reading thread, its place but for writing. */
    private static final class Stream {
        private final byte[] key;
        /** This node, or empty: all. */
        private final String to;

        private volatile Place place;
        /** What stands at the place; null: not known. */
        private @Nullable String mark;
        /** Whether the next word may have any number, since something is known to be missing. */
        private boolean anyNext;

        private Stream(byte[] key, String to, Place place) {
            this.key = key;
            this.to = to;
            this.place = place;
        }
    }

    private final Redis redis;
    private final BusSeal seal;
    private final BusNodes nodes;
    private final Stream all;
    private final Stream inbox;
    private final Map<String, Bus.Listener> listeners = new ConcurrentHashMap<>();
    private final AtomicLong missed = new AtomicLong();
    private volatile boolean closed;
    private volatile boolean doubted;
    private volatile boolean reading;
    private volatile @Nullable Line current;

    /** @param ends what was said until there need not be heard */
    BusReader(Redis redis, BusKeys keys, BusSeal seal, BusNodes nodes, BusNodes.Ends ends) {
        this.redis = redis;
        this.seal = seal;
        this.nodes = nodes;
        this.all = new Stream(keys.all(), "", ends.all());
        this.inbox = new Stream(keys.inbox(nodes.node()), nodes.node(), ends.inbox());
    }

    void listen(String topic, Bus.Listener listener) {
        listeners.put(topic, listener);
    }

    /** The last of the words to all that was heard. */
    Place heard() {
        return all.place;
    }

    Place heardInbox() {
        return inbox.place;
    }

    long missed() {
        return missed.get();
    }

    boolean isReading() {
        return reading;
    }

    /** Something does not fit what was read: it is compared anew. */
    void doubt() {
        doubted = true;
    }

    /** Returns when closed. */
    void run() {
        int failures = 0;
        while (!closed) {
            try (var line = redis.line(all.key)) {
                current = line;
                doubted = false;
                compare(line, all);
                compare(line, inbox);
                failures = 0;
                reading = true;
                while (!closed && !doubted && redis.leadsToMaster(line, all.key)) {
                    read(line);
                }
            } catch (RuntimeException e) { // whatever it is, it is read from the same place again
                if (!closed) {
                    LOG.log(Logger.Level.DEBUG, "words of other nodes cannot be read", e);
                    LockSupport.parkNanos(1_000_000L * Jitter.delayMillis(RETRY_MILLIS, RETRY_MILLIS_MAX, failures++));
                }
            } finally {
                reading = false;
            }
        }
    }

    /** Whether what stands at the place is what was heard; else something was lost. */
    private void compare(Line line, Stream stream) {
        var commands = line.commands();
        String place = stream.place.toString();
        var there = redis.await(commands.xrange(stream.key, Range.create(place, place)));
        String mark = there.isEmpty() ? null : mark(there.getFirst());
        if (mark != null && (stream.mark == null || mark.equals(stream.mark))) {
            stream.mark = mark;
            return;
        }
        var last = redis.await(commands.xrevrange(stream.key, Range.unbounded(), Limit.from(1)));
        if (last.isEmpty()) {
            // it is there again before this is told: what is said from then on is heard
            var ends = nodes.sign();
            var made = stream == all ? ends.all() : ends.inbox();
            lost(stream, "Redis is empty", new Place(made.made(), 0), false);
            return;
        }
        var end = Place.parse(last.getFirst().getId());
        if (end.made() != stream.place.made()) {
            lost(stream, "Redis was empty, or went back", new Place(end.made(), 0), false);
        } else if (mark == null && stream.place.isBefore(end)) {
            lost(stream, "they were not kept for long enough", stream.place, true);
        } else {
            if (stream == all) {
                redis.run(
                        RENEW, new byte[][] {all.key}, Long.toString(end.made()).getBytes(UTF_8));
            }
            lost(stream, "Redis went back", end, true);
        }
    }

    /** @param anyNext whether the next word may have any number */
    private void lost(Stream stream, String why, Place place, boolean anyNext) {
        LOG.log(
                Logger.Level.WARNING,
                "words of other nodes were lost ({0}): what depends on them is looked up anew",
                why);
        stream.place = place;
        stream.mark = null;
        stream.anyNext = anyNext;
        missed.incrementAndGet();
        listeners.forEach((topic, listener) -> safely(topic, listener::missed));
    }

    private void read(Line line) {
        var commands = line.commands();
        var args = XReadArgs.Builder.block(Math.min(BLOCK_MILLIS_MAX, redis.commandMillis() / 2))
                .count(WORDS_AT_ONCE);
        Place inboxBefore = inbox.place;
        List<StreamMessage<byte[], byte[]>> messages = redis.await(xread(
                commands,
                args,
                StreamOffset.from(all.key, all.place.toString()),
                StreamOffset.from(inbox.key, inbox.place.toString())));
        for (var message : messages) {
            take(Arrays.equals(message.getStream(), all.key) ? all : inbox, message);
        }
        if (!inbox.place.equals(inboxBefore)) {
            // the last one stays, to compare with; should this fail, the next one does it
            var _ = commands.xtrim(inbox.key, XTrimArgs.Builder.minId(inbox.place.toString()));
        }
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // nothing is put into the array
    private static RedisFuture<List<StreamMessage<byte[], byte[]>>> xread(
            RedisClusterAsyncCommands<byte[], byte[]> commands, XReadArgs args, StreamOffset<byte[]>... offsets) {
        return commands.xread(args, offsets);
    }

    private void take(Stream stream, StreamMessage<byte[], byte[]> message) {
        var place = Place.parse(message.getId());
        if (!stream.anyNext && !place.isNext(stream.place)) {
            lost(stream, "their numbers have a gap", place, false);
        }
        stream.anyNext = false;
        stream.mark = mark(message);
        var fields = fields(message);
        byte[] sealed = fields.get("words");
        if (sealed != null) {
            hear(stream.to, text(fields, "topic"), text(fields, "from"), stream == all ? place.toString() : "", sealed);
        }
        stream.place = place; // last: who sees it knows that it was heard
    }

    private void hear(String to, String topic, String from, String place, byte[] sealed) {
        var listener = listeners.get(topic);
        if (listener == null) {
            return;
        }
        byte[] words = seal.open(from, to, topic, sealed);
        if (words == null) {
            LOG.log(Logger.Level.WARNING, "words in Redis are not sealed by this deployment's key: dropped");
            return;
        }
        safely(topic, () -> listener.heard(new Bus.Words(from, place, words)));
    }

    private static void safely(String topic, Runnable telling) {
        try {
            telling.run();
        } catch (RuntimeException e) {
            LOG.log(Logger.Level.ERROR, "the listener to '" + topic + "' has failed", e);
        }
    }

    /** Tells one word from another that has come to stand at the same place. */
    private static String mark(StreamMessage<byte[], byte[]> message) {
        var fields = fields(message);
        return text(fields, "at") + " " + text(fields, "from") + " " + text(fields, "number");
    }

    private static Map<String, byte[]> fields(StreamMessage<byte[], byte[]> message) {
        var fields = new HashMap<String, byte[]>();
        message.getBody().forEach((name, value) -> fields.put(new String(name, UTF_8), value));
        return fields;
    }

    private static String text(Map<String, byte[]> fields, String name) {
        byte[] value = fields.get(name);
        return value == null ? "" : new String(value, UTF_8);
    }

    /** Its thread ends soon. */
    void close() {
        closed = true;
        var line = current;
        if (line != null) {
            line.close();
        }
    }
}
