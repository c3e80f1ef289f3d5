package dev.portcullis.mcp.session;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Three nodes that share a real Redis. */
class RedisSessionStoreTest extends SessionStoreContract {
    private static final AtomicReference<RedisSessionStoreTest> RUNNING = new AtomicReference<>();
    private static RedisNodes cluster;

    @BeforeAll
    static void start() {
        cluster = new RedisNodes(3, LIMITS, RedisSessionStoreTest::now);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    RedisSessionStoreTest() {
        RUNNING.set(this);
    }

    private static Instant now() {
        var running = RUNNING.get();
        return running == null ? Instant.now() : running.now;
    }

    @Override
    List<RedisSessionStore> nodes() {
        return cluster.stores;
    }

    @Override
    void announce(@Nullable String uri, String key, String message) {
        cluster.announce(uri, key, message);
    }
}
