package dev.portcullis.redis;

import static dev.portcullis.redis.RedisServers.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.store.StoreException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RedisTest {
    private static RedisServers servers;
    private static RedisServer server;

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        server = servers.standalone();
    }

    @AfterAll
    static void end() {
        servers.close();
    }

    @Test
    void runWhenTheScriptIsNotThereYetThenLoadsIt() {
        var script =
                new Script("redis.call('SET', KEYS[1], ARGV[1]) return {redis.call('GET', KEYS[1])}".getBytes(UTF_8));
        try (var redis = Redis.connect(RedisSettings.of(server.url()))) {
            var keys = new byte[][] {redis.key("x", "{one}")};

            assertThat((byte[]) redis.run(script, keys, "1".getBytes(UTF_8)).getFirst())
                    .asString()
                    .isEqualTo("1");
            server.ask("SCRIPT", "FLUSH");
            assertThat((byte[]) redis.run(script, keys, "2".getBytes(UTF_8)).getFirst())
                    .asString()
                    .isEqualTo("2");
            assertThat(server.ask("GET", "portcullis:x:{one}")).isEqualTo("2");
        }
    }

    @Test
    void pushWhenPublishedThenIsHeardBeforeHeardMillisPassesIt() {
        try (var redis = Redis.connect(RedisSettings.of(server.url()))) {
            var heard = new CopyOnWriteArrayList<String>();
            redis.push().listen("revoked", words -> heard.add(new String(words, UTF_8)));
            long listening = System.currentTimeMillis();
            assertThat(eventually(() -> redis.push().heardMillis() >= listening))
                    .isTrue();

            server.ask("PUBLISH", "portcullis:push:revoked", "it");
            long published = System.currentTimeMillis();
            assertThat(eventually(() -> redis.push().heardMillis() >= published))
                    .isTrue();
            assertThat(heard).containsExactly("it");
        }
    }

    @Test
    void connectWhenNobodyListensThenSaysSo() throws Exception {
        int port = RedisServers.freePort();
        assertThatThrownBy(() -> Redis.connect(RedisSettings.of("redis://127.0.0.1:" + port)))
                .isInstanceOf(StoreException.class);
    }
}
