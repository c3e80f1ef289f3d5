package dev.portcullis.redis.grant;

import dev.portcullis.redis.RedisServer;
import dev.portcullis.redis.RedisServers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class StandaloneGrantStoreTest extends RedisGrantStoreContract {
    private static RedisServers servers;
    private static RedisServer server;

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        server = servers.standalone();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Override
    String url() {
        return server.url();
    }
}
