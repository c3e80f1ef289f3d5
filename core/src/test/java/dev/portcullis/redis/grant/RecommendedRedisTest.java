package dev.portcullis.redis.grant;

import static dev.portcullis.store.GrantFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.redis.BusLimits;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisBus;
import dev.portcullis.redis.RedisServer;
import dev.portcullis.redis.RedisServers;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.archive.Census;
import io.lettuce.core.RedisFuture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The files that operators are given in ops/redis: a Redis of that configuration, used by that user, does all that is asked of it, and lets the user do nothing else. */
class RecommendedRedisTest extends RedisGrantStoreContract {
    private static final Path FILES =
            Path.of("..", "ops", "redis").toAbsolutePath().normalize();
    private static final Path CORE = Path.of("src", "main").toAbsolutePath();

    /** What the client library says of its own accord. */
    private static final Set<String> OF_CONNECTIONS = Set.of(
            "hello",
            "auth",
            "ping",
            "select",
            "client|setname",
            "info",
            "cluster|slots",
            "cluster|shards",
            "cluster|myid",
            "unsubscribe");

    /** What {@code commands()} offers besides, and what is said to Sentinels, or named otherwise. */
    private static final Set<String> NO_COMMANDS =
            Set.of("digest", "waitforreplication", "clusternodes", "master", "lost", "isanswering", "linked");

    private static RedisServers servers;
    private static RedisServer server;

    @BeforeAll
    static void start() throws IOException {
        servers = new RedisServers();
        server = servers.standalone("--include", FILES.resolve("redis.conf").toString());
        // The same user; the tests' prefixes are others.
        String rule = rule().replace("~portcullis:*", "~test-*").replace("&portcullis:*", "&test-*");
        String[] words = ("ACL SETUSER " + rule.substring("user ".length())).split(" ");
        assertThat(server.ask(words)).contains("OK");
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Override
    String url() {
        return "redis://portcullis:CHANGE-ME@" + server.address();
    }

    private static String rule() throws IOException {
        try (var lines = Files.lines(FILES.resolve("users.acl"))) {
            return lines.filter(line -> line.startsWith("user portcullis "))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Set<String> allowed() throws IOException {
        return Pattern.compile("\\+(\\S+)")
                .matcher(rule())
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All that scripts and stores say is allowed; and nothing is that nobody says. */
    @Test
    void ruleWhenReadThenAllowsWhatIsSaidAndNoMore() throws IOException {
        var said = new TreeSet<>(OF_CONNECTIONS);
        said.addAll(Set.of("eval", "evalsha", "wait", "asking", "cluster|nodes", "role", "subscribe"));
        said.addAll(found("resources", ".lua", "redis\\.call\\('([A-Z]+)'(?:, '(STREAM)')?"));
        said.addAll(found(
                "java", ".java", "(?:commands\\(\\)|\\bcommands|async\\(\\))\\s*\\.(?:<[^(]*>)?\\s*([a-zA-Z]+)\\("));
        said.removeAll(NO_COMMANDS);

        assertThat(allowed()).isEqualTo(said);
    }

    private static Set<String> found(String folder, String ending, String pattern) throws IOException {
        var compiled = Pattern.compile(pattern);
        try (var files = Files.walk(CORE.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .map(RecommendedRedisTest::read)
                    .flatMap(text -> compiled.matcher(text).results())
                    .map(found -> found.groupCount() > 1 && found.group(2) != null
                            ? found.group(1) + "|" + found.group(2)
                            : found.group(1))
                    .map(name -> name.toLowerCase(Locale.ROOT))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void configurationWhenIncludedThenHolds() {
        try (var others = new RedisServers()) {
            var guarded =
                    others.standalone("--include", FILES.resolve("redis.conf").toString());
            assertThat(guarded.ask("CONFIG", "GET", "appendfsync")).contains("always");
            assertThat(guarded.ask("CONFIG", "GET", "maxmemory-policy")).contains("noeviction");
        }
    }

    @Test
    void busWhenJoinedByThatUserThenCarriesWords() throws Exception {
        var heard = new CountDownLatch(2);
        try (var redis = Redis.connect(RedisSettings.of(url()).withPrefix("test-bus"));
                var bus = RedisBus.join(redis, new MasterKey("0123456789abcdef0123456789abcdef"), BusLimits.DEFAULT)) {
            bus.listen("topic", words -> heard.countDown());
            bus.tell(bus.node(), "topic", new byte[] {1});
            String place = bus.tellAll("topic", new byte[] {2});
            assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(bus.since(place, "topic")).isEmpty();
        }
    }

    @Test
    void archiveWhenOpenedByThatUserThenCanBeCopiedInto() {
        var connection = Redis.connect(RedisSettings.of(url()).withPrefix("test-archive"));
        try (var archive = RedisArchive.open(connection, () -> Instant.ofEpochSecond(NOW))) {
            archive.put(List.of(), "mark");
            assertThat(archive.mark()).isEqualTo("mark");
            assertThat(Census.of(archive, 10, NOW)).isEqualTo(Census.NOTHING);
            archive.finish();
        }
    }

    @Test
    void userWhenAskingForMoreThenIsRefused() {
        try (var redis = Redis.connect(RedisSettings.of(url()).withPrefix("test-more"))) {
            assertRefused(redis, () -> redis.commands().get("other:g:{x}".getBytes(StandardCharsets.US_ASCII)));
            assertRefused(redis, () -> redis.commands().flushall());
            assertRefused(redis, () -> redis.commands().configSet("appendonly", "no"));
            assertRefused(redis, () -> redis.commands().configGet("requirepass"));
            assertRefused(redis, () -> redis.commands().keys("*"));
            assertRefused(
                    redis,
                    () -> redis.commands()
                            .publish("other:push:revoked".getBytes(StandardCharsets.US_ASCII), new byte[] {1}));
        }
    }

    private static void assertRefused(Redis redis, Supplier<RedisFuture<?>> asking) {
        assertThatThrownBy(() -> redis.await(asking.get()))
                .isInstanceOf(StoreException.class)
                .rootCause()
                .hasMessageContaining("NOPERM");
    }
}
