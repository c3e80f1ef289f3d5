package dev.portcullis.redis;

import dev.portcullis.store.StoreException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks all masters of a cluster who they are. Where they differ about a slot, the claim of the higher epoch counts, as it does among them. It is certain if more than half of the masters have
 * answered: one that is cut off from them does not know that another has taken its place.
 */
final class ClusterMasters implements MasterFinder {
    private static final int WAIT_MILLIS = 1_000;
    private static final int SLOTS = 16_384;

    private final RedisAddress address;
    private final Asked<StatefulRedisConnection<byte[], byte[]>> nodes;
    private List<RedisAddress.Server> known;
    private Map<RedisAddress.Server, String> lastAnswers = Map.of();
    private @Nullable Found last;

    ClusterMasters(RedisAddress address, RedisClients clients) {
        this.address = address;
        this.nodes = new Asked<>(clients::connectOnceLater, WAIT_MILLIS);
        this.known = address.servers();
    }

    @Override
    public Found find() {
        Map<RedisAddress.Server, String> answers;
        try {
            answers = nodes.ask(known, connection -> connection.async().clusterNodes());
        } catch (StoreException e) {
            if (!known.equals(address.servers())) {
                known = address.servers(); // all have moved
                last = null;
            }
            throw e;
        }
        if (last == null || !answers.equals(lastAnswers)) {
            last = merge(answers);
            lastAnswers = answers;
            known = new ArrayList<>(new LinkedHashSet<>(last.masters()));
            nodes.keep(known);
        }
        return last;
    }

    private static Found merge(Map<RedisAddress.Server, String> answers) {
        var slots = new RedisAddress.Server[SLOTS];
        long[] epochs = new long[SLOTS];
        answers.forEach((asked, text) ->
                text.lines().forEach(line -> claim(line.split(" ", -1), asked, slots, epochs)));
        Set<RedisAddress.Server> masters = new LinkedHashSet<>(Arrays.asList(slots));
        boolean whole = !masters.remove(null);
        if (masters.isEmpty()) {
            throw new StoreException("no master of the Redis cluster has any hash slots");
        }
        long answered = answers.keySet().stream().filter(masters::contains).count();
        return new Found(
                List.copyOf(masters),
                Collections.unmodifiableList(Arrays.asList(slots)),
                whole && answered * 2 > masters.size());
    }

    /** Fields: id, address, flags, master, ping, pong, epoch, link, then slots. */
    private static void claim(String[] fields, RedisAddress.Server asked, RedisAddress.Server[] slots, long[] epochs) {
        if (fields.length < 9 || !List.of(fields[2].split(",", -1)).contains("master")) {
            return;
        }
        var server = server(fields[1], asked);
        long epoch = Long.parseLong(fields[6]) + 1;
        for (String range : Arrays.asList(fields).subList(8, fields.length)) {
            if (range.isEmpty() || range.startsWith("[")) {
                continue; // a slot on its way: still its owner's
            }
            String[] ends = range.split("-", -1);
            for (int slot = Integer.parseInt(ends[0]); slot <= Integer.parseInt(ends[ends.length - 1]); slot++) {
                if (epoch > epochs[slot]) {
                    epochs[slot] = epoch;
                    slots[slot] = server;
                }
            }
        }
    }

    /** {@code ip:port@busport[,hostname]}; a node that was never spoken to does not know its own address. */
    private static RedisAddress.Server server(String text, RedisAddress.Server asked) {
        String address = text.split("[@,]", -1)[0];
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        return new RedisAddress.Server(
                host.isEmpty() ? asked.host() : host, Integer.parseInt(address.substring(colon + 1)));
    }

    @Override
    public void close() {
        nodes.close();
    }
}
