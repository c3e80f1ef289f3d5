package dev.portcullis.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.System.Logger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Which nodes there are. Each gives a sign of life about once a second; the times are those of Redis. Nobody is taken for gone by a node that has itself been without Redis a moment ago, or the
 * first to be back after an outage would find all others gone. Any thread; one gives the signs.
 */
final class BusNodes {
    private static final Logger LOG = System.getLogger(BusNodes.class.getName());
    private static final Script ALIVE = Script.of(BusNodes.class, "bus-alive.lua");
    private static final int LEFT_BEHIND_MILLIS = 3_600_000;
    private static final int ASKED_MAX = 1_000;

    /** Where the streams end. */
    record Ends(Place all, Place inbox) {}

    /**
     * What is known.
     *
     * @param askedNanos when Redis was asked
     * @param steadyNanos since when Redis has been asked without fail
     */
    private record Known(Set<String> nodes, long askedNanos, long steadyNanos) {}

    private final Redis redis;
    private final BusKeys keys;
    private final String node;
    private final BusLimits limits;
    private volatile Known known = new Known(Set.of(), 0, 0);
    private volatile boolean closed;
    private volatile boolean steady;

    /** Nodes not heard of, by when they were asked about first: they may have come since. */
    private final Map<String, Long> asked = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > ASKED_MAX;
        }
    };

    BusNodes(Redis redis, BusKeys keys, String node, BusLimits limits) {
        this.redis = redis;
        this.keys = keys;
        this.node = node;
        this.limits = limits;
    }

    String node() {
        return node;
    }

    /**
     * Gives a sign of life, and makes what is not there. Blocks.
     *
     * @throws dev.portcullis.store.StoreException it could not be given
     */
    Ends sign() {
        long now = System.nanoTime();
        var before = known;
        long since = steady ? before.steadyNanos : now;
        boolean trusted = isLongAgo(since, now);
        try {
            var answer = redis.run(
                    ALIVE,
                    new byte[][] {keys.nodes(), keys.all(), keys.inbox(node)},
                    node.getBytes(UTF_8),
                    ascii(trusted ? limits.goneMillis() : 0),
                    ascii(limits.inboxMillis()),
                    ascii(limits.keptMillis()),
                    ascii(LEFT_BEHIND_MILLIS));
            var nodes = answer.stream()
                    .skip(2)
                    .map(each -> new String((byte[]) each, UTF_8))
                    .collect(Collectors.toUnmodifiableSet());
            known = new Known(nodes, now, since);
            steady = true;
            return new Ends(place(answer.get(0)), place(answer.get(1)));
        } catch (RuntimeException e) {
            steady = false;
            throw e;
        }
    }

    private boolean isLongAgo(long since, long now) {
        return now - since > TimeUnit.MILLISECONDS.toNanos(limits.goneMillis());
    }

    private static byte[] ascii(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }

    private static Place place(Object bytes) {
        return Place.parse(new String((byte[]) bytes, UTF_8));
    }

    List<String> known() {
        var nodes = known.nodes;
        return nodes.contains(node) ? List.copyOf(nodes) : List.of(node);
    }

    boolean mayLive(String other) {
        var now = known;
        if (now.nodes.contains(other) || !steady || !isLongAgo(now.steadyNanos, now.askedNanos)) {
            return true;
        }
        synchronized (asked) {
            long first = asked.computeIfAbsent(other, _ -> System.nanoTime());
            return now.askedNanos - first < 0; // asked of Redis before: it may have come since
        }
    }

    /** Gives signs until closed, or interrupted. */
    void run(BusReader reader) {
        while (!closed) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(limits.signMillis()));
            if (closed) {
                return;
            }
            try {
                var heard = reader.heard();
                var heardInbox = reader.heardInbox();
                var ends = sign();
                if (ends.all().isBefore(heard) || ends.inbox().isBefore(heardInbox)) {
                    reader.doubt();
                }
            } catch (RuntimeException e) { // whatever it is, the next one may be given
                LOG.log(Logger.Level.DEBUG, "no sign of life could be given", e);
            }
        }
    }

    void leave() {
        redis.await(redis.commands().zrem(keys.nodes(), node.getBytes(UTF_8)));
        redis.await(redis.commands().del(keys.inbox(node), keys.said(node)));
    }

    void close() {
        closed = true;
    }
}
