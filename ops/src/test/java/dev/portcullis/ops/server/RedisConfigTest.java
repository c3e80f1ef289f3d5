package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.redis.RedisAddress;
import dev.portcullis.redis.RedisAddress.Server;
import dev.portcullis.redis.RedisSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisConfigTest {
    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void key() {
        environment.put("COOKIE_ENCRYPTION_KEY", "0123456789abcdef0123456789abcdef");
    }

    private ConfigLoader.Loaded load() throws ConfigException {
        return ConfigLoader.load(environment, directory);
    }

    private RedisSettings settings() throws ConfigException {
        return ((ServerConfig.StoreLocation.InRedis) load().config().store()).redis();
    }

    private String mistakes() {
        return Objects.requireNonNull(catchThrowableOfType(ConfigException.class, this::load), "no mistakes")
                .report();
    }

    @Test
    void loadWhenOnlyTheUrlIsSetThenTheRestIsDefault() throws ConfigException {
        environment.put("STORE", "redis://localhost");

        assertThat(settings()).isEqualTo(RedisSettings.of("redis://localhost:6379/0"));
        assertThat(load().warnings()).noneMatch(warning -> warning.contains("Redis"));
    }

    @Test
    void loadWhenAllIsSetThenIsAsSaid() throws Exception {
        Files.writeString(directory.resolve("ca.pem"), "x");
        environment.put("STORE", "rediss-sentinel://s1.example,s2.example:26380/2#cache");
        environment.put("REDIS_USER", "gate");
        environment.put("REDIS_PASSWORD", "hunter2");
        environment.put("REDIS_SENTINEL_USER", "watcher");
        environment.put("REDIS_SENTINEL_PASSWORD", "hunter3");
        environment.put("REDIS_PREFIX", "prod:a");
        environment.put("REDIS_CA_FILE", "ca.pem");
        environment.put("REDIS_CONNECT_MILLIS", "3000");
        environment.put("REDIS_COMMAND_MILLIS", "1500");
        environment.put("REDIS_CONNECTIONS", "4");
        environment.put("REDIS_WAITING_MAX", "5000");
        environment.put("REDIS_WAIT_REPLICAS", "1");

        var settings = settings();

        assertThat(settings.address().kind()).isEqualTo(RedisAddress.Kind.SENTINEL);
        assertThat(settings.address().tls()).isTrue();
        assertThat(settings.address().servers())
                .isEqualTo(List.of(new Server("s1.example", 26379), new Server("s2.example", 26380)));
        assertThat(settings.address().master()).isEqualTo("cache");
        assertThat(settings.address().database()).isEqualTo(2);
        assertThat(settings.login()).isEqualTo(new RedisSettings.Login("gate", "hunter2", "watcher", "hunter3"));
        assertThat(settings.prefix()).isEqualTo("prod:a");
        assertThat(settings.authorities()).isEqualTo(directory.resolve("ca.pem").toAbsolutePath());
        assertThat(settings.limits()).isEqualTo(new RedisSettings.Limits(3_000, 1_500, 4, 5_000, 1));
    }

    @Test
    void loadWhenTheLoginStandsInTheUrlThenCountsAndIsNotPrinted() throws ConfigException {
        environment.put("STORE", "rediss://gate:hunter%402@h:7000/3");

        assertThat(settings().login()).isEqualTo(new RedisSettings.Login("gate", "hunter@2", null, null));
        assertThat(settings().address().servers()).containsExactly(new Server("h", 7000));
        // T-94
        assertThat(load().config().toString()).doesNotContain("hunter");
        assertThat(settings().toString()).doesNotContain("hunter");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://u:hunter2@h:port | names a server",
                "redis://u:hunter2@ | names a server",
                "redis://h1,h2 | names several servers",
                "redis://u:hunter2@h/x | the number of a database",
                "redis://h#name | only redis-sentinel:// takes",
                "redis://u:hunter2@h?timeout=1 | parameters behind a question mark",
                "redis://u:hun%zzter2@h | begins no escape",
                "redis-sentinel://u:hunter2@h | lacks the name",
                "redis-cluster://u:hunter2@h,h2/1 | a cluster has none but 0",
                "rediss:hunter2 | must begin with",
                "redis-sentinels://h | neither file:PATH, memory: nor redis",
            })
    void loadWhenTheUrlIsWrongThenSaysWhyWithoutThePassword(String store, String why) {
        environment.put("STORE", store);

        assertThat(mistakes()).contains("STORE", why).doesNotContain("hunter2@").doesNotContain("u:hun");
    }

    @Test
    void loadWhenSeveralThingsAreWrongThenListsThemAll() {
        environment.put("STORE", "redis-cluster://gate:hunter2@h");
        environment.put("REDIS_PASSWORD", "hunter3");
        environment.put("REDIS_DATABASE", "1");
        environment.put("REDIS_PREFIX", "{all}");
        environment.put("REDIS_CA_FILE", "nowhere.pem");
        environment.put("REDIS_COMMAND_MILLIS", "1");
        environment.put("REDIS_WAIT_REPLICAS", "many");
        environment.remove("COOKIE_ENCRYPTION_KEY");

        assertThat(mistakes())
                .contains(
                        "REDIS_PASSWORD is set, and the URL of STORE has another one",
                        "REDIS_DATABASE=1 (environment) cannot be",
                        "REDIS_PREFIX={all}",
                        "REDIS_CA_FILE=nowhere.pem (environment) is set although STORE does not speak TLS",
                        "REDIS_CA_FILE=nowhere.pem (environment) cannot be read",
                        "REDIS_COMMAND_MILLIS=1",
                        "REDIS_WAIT_REPLICAS=many",
                        "COOKIE_ENCRYPTION_KEY is not set although STORE is in Redis")
                .doesNotContain("hunter");
    }

    @Test
    void loadWhenAUserHasNoPasswordThenIsAMistake() {
        environment.put("STORE", "redis://localhost");
        environment.put("REDIS_USER", "gate");

        assertThat(mistakes()).contains("There is a name for Redis, but no password");
    }

    @Test
    void loadWhenAUserOfSentinelsHasNoPasswordThenIsAMistake() {
        environment.put("STORE", "redis-sentinel://gate:hunter2@localhost#cache");
        environment.put("REDIS_SENTINEL_USER", "watcher");

        assertThat(mistakes()).contains("There is a name for the Sentinels, but no password");
    }

    @Test
    void loadWhenItIsUnsafeOrUselessThenWarns() throws ConfigException {
        environment.put("STORE", "redis://gate:hunter2@10.0.0.1");
        environment.put("REDIS_SENTINEL_USER", "x");
        environment.put("REDIS_SENTINEL_PASSWORD", "x");
        assertThat(load().warnings())
                .anyMatch(warning -> warning.contains("without TLS") && warning.contains("rediss://10.0.0.1:6379"))
                .anyMatch(warning -> warning.contains("REDIS_SENTINEL_USER has no effect"))
                .anyMatch(warning -> warning.contains("REDIS_SENTINEL_PASSWORD has no effect"))
                .noneMatch(warning -> warning.contains("hunter2"));

        environment.put("STORE", "memory:");
        assertThat(load().warnings())
                .anyMatch(warning -> warning.contains(
                        "REDIS_SENTINEL_USER, REDIS_SENTINEL_PASSWORD have no effect, since STORE is not"));
    }
}
