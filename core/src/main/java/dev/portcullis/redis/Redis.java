package dev.portcullis.redis;

import dev.portcullis.store.StoreException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The connections to Redis. Commands of all threads share a few of them, and are sent one behind the other without waiting. Reads and writes go to masters only.
 *
 * <p>Any thread; {@link #await} and {@link #run} block, for {@link RedisSettings#commandMillis} at most.
 */
public final class Redis implements AutoCloseable {
    private static final int USABLE_MILLIS = 3_000;

    private final RedisSettings settings;
    private final RedisClients clients;
    private final CommandLinks links;
    private final Marks marks;
    private final MasterLinks push;
    private final Masters masters;
    private final LongAdder failures = new LongAdder();

    private Redis(RedisSettings settings, RedisClients clients) {
        this.settings = settings;
        this.clients = clients;
        var address = settings.address();
        boolean isCluster = address.kind() == RedisAddress.Kind.CLUSTER;
        this.links = isCluster
                ? new ClusterConnections(clients, settings.limits())
                : new SingleMaster(clients, settings.limits().connections());
        this.masters = new Masters(
                switch (address.kind()) {
                    case STANDALONE -> new MasterFinder.Fixed(address.servers().getFirst());
                    case SENTINEL -> new SentinelMaster(address, clients);
                    case CLUSTER -> new ClusterMasters(address, clients);
                },
                this::follow);
        this.marks = new Marks(isCluster, this::key, links, masters::hurry);
        this.push = new MasterLinks(clients, links, marks, this::channel, masters::certainMillis, masters::hurry);
    }

    /**
     * Connects. Blocks.
     *
     * @throws StoreException it cannot be reached, or used; the message is for operators, and says what to do
     */
    public static Redis connect(RedisSettings settings) {
        var clients = new RedisClients(settings);
        try {
            var redis = new Redis(settings, clients);
            redis.start();
            return redis;
        } catch (RedisException | StoreException e) {
            clients.close();
            throw Failures.explain(e);
        }
    }

    private void start() {
        try {
            masters.start();
            push.awaitLinks(settings.limits().connectMillis());
        } catch (StoreException e) {
            masters.close();
            push.close();
            links.close();
            throw e;
        }
    }

    private void follow(MasterFinder.Found found) {
        links.follow(found);
        push.follow(found.masters());
    }

    /** What masters push. */
    public PushLink push() {
        return push;
    }

    /** Whether all masters have answered lately, and have their data. Does not block. */
    public boolean isUsable() {
        return !marks.isLost() && System.currentTimeMillis() - push.heardMillis() < USABLE_MILLIS;
    }

    /**
     * What in the server's own settings endangers what is stored. Blocks.
     *
     * @return a sentence each, for operators; none where the settings may not be read
     */
    public List<String> doubts() {
        var doubts = new ArrayList<String>();
        var info = info();
        String policy = info.getOrDefault("maxmemory_policy", "noeviction");
        if (!policy.equals("noeviction")) {
            doubts.add("Redis has maxmemory-policy " + policy
                    + ": when it is full it throws grants away, and people must sign in again. Set noeviction.");
        }
        if (info.getOrDefault("aof_enabled", "1").equals("0")) {
            doubts.add(
                    "Redis has appendonly no: what it acknowledged is lost when it restarts without a replica. Set appendonly yes.");
        }
        return doubts;
    }

    /** Not CONFIG GET: whoever may say that may read the passwords in there too. */
    private Map<String, String> info() {
        try {
            return answer(commands().info(), untilNanos())
                    .lines()
                    .map(line -> line.split(":", 2))
                    .filter(parts -> parts.length == 2)
                    .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1], (one, _) -> one));
        } catch (StoreException e) {
            return Map.of();
        }
    }

    /** Whether a master came back without the data that it had: all fails until it is restored, or a server has been started since. Does not block. */
    public boolean isWithoutData() {
        return marks.isLost();
    }

    /** Commands that have failed since the start. */
    public long failures() {
        return failures.sum();
    }

    /** Links to masters that were lost since the start. */
    public long linksLost() {
        return push.lost();
    }

    /** A connection to the master of a key, for a command that waits there. Blocks. */
    Line line(byte[] key) {
        marks.requireThere();
        try {
            var master = links.masterOf(key);
            return new Line(master, clients.connectOnce(master));
        } catch (RedisException e) {
            masters.hurry();
            throw Failures.explain(e);
        }
    }

    /** Whether a line leads to the master of a key still, as far as is known: one that was cut off from its successor may answer on and on. */
    boolean leadsToMaster(Line line, byte[] key) {
        return line.master().equals(links.masterOf(key));
    }

    int commandMillis() {
        return settings.commandMillis();
    }

    /**
     * Commands, to be sent at once and awaited later.
     *
     * @throws StoreException there is no connection, or Redis has lost its data
     */
    public RedisClusterAsyncCommands<byte[], byte[]> commands() {
        marks.requireThere();
        return links.commands();
    }

    /**
     * A key below the prefix.
     *
     * @param parts joined by colons; what all keys of one step have in common stands in braces: {@code key("g", "{" + grantId + "}", "codes")}
     */
    public byte[] key(String... parts) {
        return (settings.prefix() + ":" + String.join(":", parts)).getBytes(StandardCharsets.UTF_8);
    }

    /** A channel of {@link PushLink}, as scripts are to name it. */
    public byte[] channel(String name) {
        return key("push", name);
    }

    /** @throws StoreException there was no answer in time, or it is an error */
    public <T extends @Nullable Object> T await(RedisFuture<T> answer) {
        try {
            return answer(answer, untilNanos());
        } catch (StoreException e) {
            throw failed(e);
        }
    }

    private long untilNanos() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.commandMillis());
    }

    static <T extends @Nullable Object> T answer(RedisFuture<T> answer, long untilNanos) {
        try {
            return answer.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw Failures.explain(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while waiting for Redis", e);
        }
    }

    private StoreException failed(StoreException e) {
        failures.increment();
        if (Failures.isCode(e, "READONLY") || Failures.isCode(e, "CLUSTERDOWN") || Failures.isCode(e, "MOVED")) {
            masters.hurry();
        }
        return e;
    }

    /**
     * Runs a script by its SHA-1, and by its text where Redis does not have it yet. Blocks. One that writes has been acknowledged by as many replicas as
     * {@link RedisSettings.Limits#waitReplicas} asks for when this returns.
     *
     * @return the array that it returns: byte arrays, longs, nulls and lists of them
     * @throws StoreException as {@link #await}; or too few replicas have acknowledged it, and it may or may not last
     */
    public List<Object> run(Script script, byte[][] keys, byte[]... arguments) {
        try {
            marks.requireThere();
            var run = new ScriptRun(links, script, keys, arguments, untilNanos());
            return run.result(script.writes() ? settings.limits().waitReplicas() : 0);
        } catch (StoreException e) {
            throw failed(e);
        } catch (RedisException e) {
            throw failed(Failures.explain(e));
        }
    }

    @Override
    public void close() {
        masters.close();
        push.close();
        links.close();
        clients.close();
    }
}
