package dev.portcullis.redis;

import java.lang.System.Logger;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/** The links to all masters. Any thread. */
final class MasterLinks implements PushLink, MasterLink.Hearer, AutoCloseable {
    private static final Logger LOG = System.getLogger(MasterLinks.class.getName());

    private final RedisClients clients;
    private final Function<String, byte[]> channelNames;
    private final Channels channels = new Channels();
    private final List<Runnable> gaps = new CopyOnWriteArrayList<>();
    private volatile List<MasterLink> links = List.of();

    /** @param channelNames adds the prefix */
    MasterLinks(RedisClients clients, Function<String, byte[]> channelNames) {
        this.clients = clients;
        this.channelNames = channelNames;
    }

    /** From now on these are the masters. */
    void follow(List<RedisAddress.Server> masters) {
        links = masters.stream()
                .map(master -> new MasterLink(master, clients, channels, this))
                .toList();
        links.forEach(MasterLink::start);
    }

    @Override
    public void listen(String channel, Consumer<byte[]> listener) {
        channels.listen(channelNames.apply(channel), listener);
        links.forEach(MasterLink::hurry);
    }

    @Override
    public void onGap(Runnable gap) {
        gaps.add(gap);
    }

    @Override
    public long heardMillis() {
        long heard = Long.MAX_VALUE;
        for (MasterLink link : links) {
            heard = Math.min(heard, link.heardMillis());
        }
        return heard == Long.MAX_VALUE ? 0 : heard;
    }

    @Override
    public void linked(MasterLink link) {
        gaps.forEach(Runnable::run);
    }

    @Override
    public void lost(MasterLink link, Exception reason) {
        LOG.log(Logger.Level.DEBUG, "the link to " + link.master() + " is lost", reason);
    }

    @Override
    public void close() {
        links.forEach(MasterLink::close);
    }
}
