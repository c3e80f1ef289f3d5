package dev.portcullis.mcp.task;

import dev.portcullis.cluster.JoinedBuses;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisServers;
import dev.portcullis.redis.RedisSettings;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Three nodes and a Redis Cluster: whatever a script touches is in one slot. */
class ClusterTaskStoreTest extends TaskStoreContract {
    private static final MasterKey KEY = new MasterKey("0123456789abcdef0123456789abcdef");

    private static RedisServers servers;
    private static String url;

    private final JoinedBuses buses = new JoinedBuses();
    private final Redis redis = Redis.connect(
            RedisSettings.of(url).withPrefix("t" + Randoms.base64Url(6).replaceAll("[^A-Za-z0-9]", "x")));
    private final List<RedisTaskStore> nodes = List.of(node(), node(), node());

    private RedisTaskStore node() {
        return new RedisTaskStore(redis, KEY, LIMITS, buses.join(), clock);
    }

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        url = servers.cluster().url();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @AfterEach
    void close() {
        redis.close();
        buses.close();
    }

    @Override
    List<RedisTaskStore> nodes() {
        return nodes;
    }
}
