package dev.portcullis.mcp.session;

import dev.portcullis.cluster.Bus;
import dev.portcullis.cluster.JoinedBuses;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisServer;
import dev.portcullis.redis.RedisServers;
import dev.portcullis.redis.RedisSettings;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Several nodes with one real Redis; what they say to each other stays in this process. */
final class RedisNodes implements AutoCloseable {
    static final MasterKey KEY = new MasterKey("0123456789abcdef0123456789abcdef");

    private static final RedisSettings.Limits PATIENT = new RedisSettings.Limits(20_000, 3_000, 2, 10_000, 0);

    final RedisServers servers = new RedisServers();
    final RedisServer server = servers.standalone();
    final JoinedBuses buses = new JoinedBuses();
    final List<RedisSessionStore> stores = new ArrayList<>();
    private final List<JoinedBuses.Node> joined = new ArrayList<>();
    private final List<Redis> links = new ArrayList<>();
    private final InstantSource clock;
    private final SessionLimits limits;

    RedisNodes(int nodes, SessionLimits limits, InstantSource clock) {
        this.clock = clock;
        this.limits = limits;
        for (int i = 0; i < nodes; i++) {
            start();
        }
    }

    RedisSessionStore start() {
        var redis = Redis.connect(RedisSettings.of(server.url()).withLimits(PATIENT));
        var bus = buses.join();
        var store = new RedisSessionStore(redis, bus, KEY, limits, RulePolicy.openToAll(), clock);
        store.readNoticesBy(new Texts());
        bus.listen(NoticeSource.TOPIC, words -> store.tell(read(words)));
        links.add(redis);
        joined.add(bus);
        stores.add(store);
        return store;
    }

    JoinedBuses.Node bus(int node) {
        return joined.get(node);
    }

    Redis redis(int node) {
        return links.get(node);
    }

    void announce(@Nullable String uri, String key, String message) {
        String text = (uri == null ? "" : uri) + "\n" + key + "\n" + message;
        joined.stream()
                .filter(bus -> bus.mayLive(bus.node()))
                .findFirst()
                .orElseThrow()
                .tellAll(NoticeSource.TOPIC, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Notice read(Bus.Words words) {
        String[] parts = new String(words.bytes(), StandardCharsets.UTF_8).split("\n", -1);
        return notice(parts[0].isEmpty() ? null : parts[0], parts[1], parts[2], words.place());
    }

    private static Notice notice(@Nullable String uri, String key, String message, String place) {
        return new Notice(
                uri,
                key,
                message.getBytes(StandardCharsets.UTF_8),
                who -> !key.startsWith("for ")
                        || key.equals("for " + who.identity().subject()),
                place);
    }

    private static final class Texts implements NoticeSource {
        @Override
        public Notice read(Bus.Words words) {
            return RedisNodes.read(words);
        }

        @Override
        public List<Notice> everything(Collection<String> uris) {
            return Stream.concat(
                            Stream.of(notice(null, "tools", "tools?", ""), notice(null, "prompts", "prompts?", "")),
                            uris.stream().map(uri -> notice(uri, uri, uri + "?", "")))
                    .toList();
        }
    }

    /** As {@code kill -9} does. */
    void kill(int node) {
        joined.get(node).close();
        links.get(node).close();
    }

    @Override
    public void close() {
        links.forEach(Redis::close);
        buses.close();
        servers.close();
    }
}
