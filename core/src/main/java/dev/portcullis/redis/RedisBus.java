package dev.portcullis.redis;

import dev.portcullis.cluster.Bus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.store.StoreException;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The bus over Redis Streams. Words wait there, so that a node whose link was cut hears them when it is back. All keys are in one hash slot, so one master carries the bus. Any thread; three of its
 * own: one says, one hears, one gives signs of life.
 *
 * <p>A node that was cut off for longer than {@link BusLimits#goneMillis} counts as gone for the others; it is there again once it is back, and its listeners have heard
 * {@link Bus.Listener#missed} if words were lost.
 */
public final class RedisBus implements Bus {
    private static final Logger LOG = System.getLogger(RedisBus.class.getName());
    private static final int NODE_BYTES = 16;
    private static final String ALL = "";

    private final Redis redis;
    private final BusKeys keys;
    private final BusSeal seal;
    private final String node = Randoms.base64Url(NODE_BYTES);
    private final BusNodes nodes;
    private final BusWriter writer;
    private final BusReader reader;
    private final BusHistory history;
    private final List<Thread> threads = new ArrayList<>();

    private RedisBus(Redis redis, MasterKey key, BusLimits limits) {
        this.redis = redis;
        this.keys = new BusKeys(redis);
        this.seal = new BusSeal(key);
        this.nodes = new BusNodes(redis, keys, node, limits);
        var ends = nodes.sign();
        this.writer = new BusWriter(redis, keys, seal, node, limits);
        this.reader = new BusReader(redis, keys, seal, nodes, ends);
        this.history = new BusHistory(redis, keys, seal, reader, limits);
    }

    /**
     * Joins the nodes that share this Redis, its prefix and the key. Blocks.
     *
     * @throws StoreException Redis cannot be used now
     */
    public static RedisBus join(Redis redis, MasterKey key, BusLimits limits) {
        var bus = new RedisBus(redis, key, limits);
        bus.start();
        return bus;
    }

    private void start() {
        threads.add(Thread.ofPlatform().daemon().name("bus-hear").start(reader::run));
        threads.add(Thread.ofVirtual().name("bus-say").start(writer::run));
        threads.add(Thread.ofVirtual().name("bus-alive").start(() -> nodes.run(reader)));
    }

    @Override
    public String node() {
        return node;
    }

    @Override
    public boolean isAlone() {
        return false;
    }

    @Override
    public List<String> nodes() {
        return nodes.known();
    }

    @Override
    public boolean mayLive(String other) {
        return other.equals(node) || nodes.mayLive(other);
    }

    @Override
    public void listen(String topic, Listener listener) {
        reader.listen(topic, listener);
    }

    @Override
    public boolean post(String to, String topic, byte[] words) {
        return writer.post(to, topic, words);
    }

    @Override
    public void tell(String to, String topic, byte[] words) {
        writer.tell(to, topic, words);
    }

    @Override
    public boolean postAll(String topic, byte[] words) {
        return writer.post(ALL, topic, words);
    }

    @Override
    public String tellAll(String topic, byte[] words) {
        return writer.tell(ALL, topic, words);
    }

    @Override
    public @Nullable List<Words> since(String place, String topic) {
        return Place.isOne(place)
                ? history.since(Place.parse(place), topic)
                : null; // or it is of a server that was alone
    }

    @Override
    public String place() {
        return reader.heard().toString();
    }

    /** How many words wait to be sent. */
    public int waiting() {
        return writer.waiting();
    }

    /** How often words of others were lost. */
    public long missed() {
        return reader.missed();
    }

    /** Whether words of others are being read. */
    public boolean isHearing() {
        return reader.isReading();
    }

    /** Leaves. Blocks for as long as a command may take. */
    @Override
    public void close() {
        writer.close();
        reader.close();
        nodes.close();
        try {
            for (Thread thread : threads) {
                LockSupport.unpark(thread);
                thread.join(redis.commandMillis());
            }
            nodes.leave();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreException e) {
            LOG.log(Logger.Level.DEBUG, "the other nodes will notice", e);
        }
    }
}
