package dev.portcullis.mcp.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cluster.JoinedBuses;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.redis.ClusterSet;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisServer;
import dev.portcullis.redis.RedisServers;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.store.StoreException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Three nodes and a Redis Cluster: whatever a script touches is in one slot. */
class ClusterTaskStoreTest extends TaskStoreContract {
    private static final MasterKey KEY = new MasterKey("0123456789abcdef0123456789abcdef");

    private static RedisServers servers;
    private static ClusterSet set;
    private static Redis redis;

    private final JoinedBuses buses = new JoinedBuses();
    private final List<RedisTaskStore> nodes = List.of(node(), node(), node());

    private RedisTaskStore node() {
        return new RedisTaskStore(redis, KEY, LIMITS, buses.join(), clock);
    }

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        set = servers.cluster();
        redis = Redis.connect(RedisSettings.of(set.url()));
        for (int i = 0; i < 64; i++) { // the first command to each master may fail: it makes the connection
            byte[] somewhere = redis.key("somewhere", Integer.toString(i));
            assertThat(RedisServers.eventually(() -> answers(somewhere))).isTrue();
        }
    }

    private static boolean answers(byte[] key) {
        try {
            return redis.await(redis.commands().exists(key)) == 0;
        } catch (StoreException e) {
            return false;
        }
    }

    @AfterAll
    static void stop() {
        redis.close();
        servers.close();
    }

    @AfterEach
    void close() {
        buses.close();
        set.masters().forEach(RedisServer::deleteAllButMarks);
    }

    @Override
    List<RedisTaskStore> nodes() {
        return nodes;
    }
}
