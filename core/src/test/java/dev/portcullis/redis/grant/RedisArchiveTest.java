package dev.portcullis.redis.grant;

import static dev.portcullis.store.GrantFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisServer;
import dev.portcullis.redis.RedisServers;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.archive.Archive;
import dev.portcullis.store.archive.ArchiveCopyContract;
import dev.portcullis.store.archive.WritableArchive;
import dev.portcullis.store.embedded.EmbeddedArchive;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.store.embedded.FileArchive;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** From a file into a real Redis, back, and from one prefix to another. */
class RedisArchiveTest {
    private static final AtomicInteger PLACES = new AtomicInteger();
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

    @Nested
    class FileToRedis extends InBoth {
        @Override
        protected Place source() {
            return file;
        }

        @Override
        protected Place target() {
            return redis;
        }
    }

    @Nested
    class RedisToFile extends InBoth {
        @Override
        protected Place source() {
            return redis;
        }

        @Override
        protected Place target() {
            return file;
        }
    }

    @Nested
    class RedisToRedis extends InBoth {
        @Override
        protected Place source() {
            return redis;
        }

        @Override
        protected Place target() {
            return otherRedis;
        }
    }

    abstract static class InBoth extends ArchiveCopyContract {
        @TempDir
        Path folder;

        final List<Redis> connections = new ArrayList<>();
        final Place redis = new InRedis("place-" + PLACES.incrementAndGet(), connections);
        final Place otherRedis = new InRedis("place-" + PLACES.incrementAndGet(), connections);
        final Place file = new Place() {
            @Override
            public GrantStore openStore() {
                return EmbeddedGrantStore.openFile(path(), EmbeddedGrantStore.Limits.DEFAULT);
            }

            @Override
            public Archive openToRead() {
                return FileArchive.open(path(), EmbeddedGrantStore.Limits.DEFAULT);
            }

            @Override
            public WritableArchive openToWrite() {
                return EmbeddedArchive.open(path(), EmbeddedGrantStore.Limits.DEFAULT);
            }

            private Path path() {
                return folder.resolve("grants.db");
            }
        };

        /** What was copied is as if it had been made there: each key ends, each index says what is there. */
        @AfterEach
        void closeAndLookForLeaks() {
            for (String prefix : List.of(((InRedis) redis).prefix, ((InRedis) otherRedis).prefix)) {
                try (var connection = Redis.connect(settings(prefix))) {
                    connection.await(connection.commands().del(connection.key("copying")));
                    var census = RedisCensus.of(connection);
                    assertThat(census.withoutEnd()).isEmpty();
                    assertThat(census.grantsOfPersons()).containsExactlyInAnyOrderElementsOf(census.grants());
                    assertThat(census.grantsOfClients()).containsExactlyInAnyOrderElementsOf(census.grants());
                    assertThat(census.miscounted()).isEmpty();
                }
            }
            connections.forEach(Redis::close);
        }
    }

    private static RedisSettings settings(String prefix) {
        return RedisSettings.of(server.url()).withPrefix(prefix);
    }

    private record InRedis(String prefix, List<Redis> connections) implements ArchiveCopyContract.Place {
        @Override
        public GrantStore openStore() {
            var redis = Redis.connect(settings(prefix));
            connections.add(redis);
            RedisArchive.requireWhole(redis);
            return new RedisGrantStore(redis, redis.push(), RedisGrantStore.Limits.DEFAULT);
        }

        @Override
        public Archive openToRead() {
            return openToWrite();
        }

        @Override
        public WritableArchive openToWrite() {
            return RedisArchive.open(Redis.connect(settings(prefix)), () -> Instant.ofEpochSecond(NOW));
        }
    }
}
