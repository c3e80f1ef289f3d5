package dev.portcullis.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.redis.RedisSettings.Login;
import dev.portcullis.store.StoreException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Sentinel and a master that are spoken to by TLS alone, each with a user of its own and nobody else let in: what README says of them is enough. */
@Timeout(120)
class SentinelLoginTest {
    private static final Script WRITE =
            new Script("redis.call('SET', KEYS[1], ARGV[1]) return {redis.call('GET', KEYS[1])}".getBytes(UTF_8));

    @TempDir
    Path folder;

    private final RedisServers servers = new RedisServers();
    private RedisServer master;
    private RedisSettings settings;

    @BeforeEach
    void start() throws Exception {
        var made = Certificates.make(folder, "IP:127.0.0.1"); // as Sentinels call a master
        master = servers.standaloneTls(made.certificate(), made.key());
        master.ask("ACL", "SETUSER", "gate", "on", ">word-of-gate", "~*", "&*", "+@all");
        int port = RedisServers.freePort();
        servers.sentinelOf(master, port, RedisServers.freePort(), """
                tls-port %d
                tls-cert-file %s
                tls-key-file %s
                tls-ca-cert-file %s
                tls-auth-clients no
                tls-replication yes
                user default off
                user watcher on >word-of-watcher -@all +hello +auth +ping +client|setname +sentinel|master
                """.formatted(
                        port, made.certificate(), made.key(), made.certificate()));
        settings = RedisSettings.of("rediss-sentinel://127.0.0.1:" + port + "#mymaster")
                .withAuthorities(made.certificate());
    }

    @AfterEach
    void stop() {
        servers.close();
    }

    @Test
    void connectWhenBothLoginsAreRightThenEachIsUsedWhereItBelongs() {
        try (var redis =
                Redis.connect(settings.withLogin(new Login("gate", "word-of-gate", "watcher", "word-of-watcher")))) {
            var answer = redis.run(WRITE, new byte[][] {redis.key("x")}, "word".getBytes(UTF_8));

            assertThat((byte[]) answer.getFirst()).isEqualTo("word".getBytes(UTF_8));
            assertThat(master.ask("CLIENT", "LIST").lines())
                    .anyMatch(line -> line.contains("name=portcullis") && line.contains("user=gate"))
                    .noneMatch(line -> line.contains("name=portcullis") && line.contains("user=default"));
        }
    }

    @Test
    void connectWhenTheLoginAtTheSentinelIsWrongThenSaysWhichSettings() {
        for (var login : new Login[] {
            new Login("gate", "word-of-gate", null, "word-of-watcher"),
            new Login("gate", "word-of-gate", "watcher", "word-of-gate"),
            new Login("gate", "word-of-gate", null, null)
        }) {
            assertThatThrownBy(() -> Redis.connect(settings.withLogin(login)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("REDIS_SENTINEL_PASSWORD")
                    .hasMessageNotContaining("word-of");
        }
    }
}
