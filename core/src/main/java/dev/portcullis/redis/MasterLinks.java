package dev.portcullis.redis;

import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The links to all masters. Any thread; one at a time says who they are. */
final class MasterLinks implements PushLink, MasterLink.Hearer, AutoCloseable {
    private static final Logger LOG = System.getLogger(MasterLinks.class.getName());

    private final RedisClients clients;
    private final CommandLinks commands;
    private final Marks marks;
    private final Function<String, byte[]> channelNames;
    private final LongSupplier certainMillis;
    private final Runnable onLost;
    private final Channels channels = new Channels();
    private final List<Runnable> gaps = new CopyOnWriteArrayList<>();
    private final AtomicLong lost = new AtomicLong();
    private volatile List<MasterLink> links = List.of();
    /** Worked out when something changes, not when it is asked for, which is with each request. Written under the lock. */
    private volatile long heardMillis;

    /** Guarded by this. */
    private boolean closed;

    /**
     * @param commands live and die with the links
     * @param marks is asked whether masters have their data
     * @param channelNames adds the prefix
     * @param certainMillis until when nobody else can be a master
     * @param onLost who the masters are is to be looked up at once
     */
    MasterLinks(
            RedisClients clients,
            CommandLinks commands,
            Marks marks,
            Function<String, byte[]> channelNames,
            LongSupplier certainMillis,
            Runnable onLost) {
        this.clients = clients;
        this.commands = commands;
        this.marks = marks;
        this.channelNames = channelNames;
        this.certainMillis = certainMillis;
        this.onLost = onLost;
    }

    /** From now on these are the masters. */
    void follow(List<RedisAddress.Server> masters) {
        var before = links;
        if (before.stream().map(MasterLink::master).toList().equals(masters)) {
            return;
        }
        LOG.log(Logger.Level.INFO, "Redis masters: {0}", masters);
        var now = new ArrayList<MasterLink>();
        for (var master : masters) {
            now.add(before.stream()
                    .filter(link -> link.master().equals(master))
                    .findFirst()
                    .orElseGet(() -> new MasterLink(master, clients, channels, marks, this)));
        }
        if (!replaceLinks(now)) {
            return;
        }
        before.stream().filter(link -> !now.contains(link)).forEach(link -> {
            link.close();
            commands.lost(link.master());
            marks.forget(link.master());
        });
        now.stream().filter(link -> !before.contains(link)).forEach(MasterLink::start);
    }

    /** @return false if closed */
    private synchronized boolean replaceLinks(List<MasterLink> now) {
        if (!closed) {
            links = List.copyOf(now);
            heard();
        }
        return !closed;
    }

    /**
     * Blocks until all masters are linked.
     *
     * @throws StoreException one of them is not, in time
     */
    void awaitLinks(int millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (var link : links) {
            link.awaitFirst(Math.max(0, until - System.nanoTime()));
        }
    }

    @Override
    public void listen(String channel, Consumer<byte[]> listener) {
        channels.listen(channelNames.apply(channel), listener);
        heard();
        links.forEach(MasterLink::hurry);
    }

    @Override
    public void onGap(Runnable gap) {
        gaps.add(gap);
    }

    @Override
    public long heardMillis() {
        return heardMillis;
    }

    /** One at a time, so that nobody who looked earlier has the last word. */
    @Override
    public synchronized void heard() {
        var now = links;
        long heard = now.isEmpty() ? 0 : certainMillis.getAsLong();
        for (MasterLink link : now) {
            heard = Math.min(heard, link.heardMillis());
        }
        heardMillis = heard;
    }

    /** How many links have been lost since the start. */
    long lost() {
        return lost.get();
    }

    @Override
    public void linked(MasterLink link, Runnable look) {
        commands.linked(link.master(), look);
        gaps.forEach(Runnable::run);
    }

    @Override
    public boolean isWhole(MasterLink link) {
        return commands.isAnswering(link.master());
    }

    @Override
    public void lost(MasterLink link, Exception reason) {
        boolean wasHeard = link.heardMillis() > 0;
        if (lost.getAndIncrement() == 0 || wasHeard) {
            LOG.log(
                    Logger.Level.WARNING,
                    "Redis at {0}: {1}",
                    link.master(),
                    Failures.explain(reason).getMessage());
        }
        commands.lost(link.master());
        if (wasHeard && marks.isLost()) {
            gaps.forEach(Runnable::run); // what was read since it was emptied is not to be relied on either
        }
        onLost.run();
    }

    @Override
    public void close() {
        var last = closeForNew();
        last.forEach(MasterLink::close);
        last.forEach(MasterLink::join);
    }

    private synchronized List<MasterLink> closeForNew() {
        closed = true;
        return links;
    }
}
