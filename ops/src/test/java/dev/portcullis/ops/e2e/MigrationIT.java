package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.ops.e2e.ScriptedClient.Tokens;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server moves from a file to Redis, and back; nobody signs in again. The packaged program and a real redis-server. */
@Timeout(240)
class MigrationIT {
    private static final String KEY = "a-key-of-more-than-thirty-two-characters";
    private static final int MANY = 8_000;

    @TempDir
    Path folder;

    private final int port = ServerProcess.freePort();
    private final int standInPort = ServerProcess.freePort();
    private final int redisPort = ServerProcess.freePort();
    private Process redis;

    @BeforeEach
    void startRedis() throws Exception {
        redis = new ProcessBuilder(
                        "redis-server",
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(redisPort),
                        "--save",
                        "",
                        "--appendonly",
                        "no",
                        "--dir",
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("redis.log").toFile())
                .start();
        while (!isListening()) {
            assertThat(redis.waitFor(20, TimeUnit.MILLISECONDS))
                    .as("redis-server has ended")
                    .isFalse();
        }
    }

    private boolean isListening() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), redisPort)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void stopRedis() throws Exception {
        redis.destroyForcibly().waitFor();
    }

    private String inRedis() {
        return "redis://127.0.0.1:" + redisPort;
    }

    private ServerProcess start(String store) throws Exception {
        return ServerProcess.start(folder, port, settings(Map.of("STORE", store)));
    }

    /** Where it was before: its address and the stand-in's are in all that clients hold. Each refresh asks the identity provider, with what the grant has sealed. */
    private Map<String, String> settings(Map<String, String> more) {
        var settings = new HashMap<>(more);
        settings.put("COOKIE_ENCRYPTION_KEY", KEY);
        settings.put("DEV_IDP_PORT", Integer.toString(standInPort));
        settings.put("RECHECK_SECONDS", "0");
        settings.put("REFRESH_OVERLAP_SECONDS", "0");
        settings.put("RATE_LIMIT", "off");
        settings.put("REDIS_CONNECT_MILLIS", "20000"); // a machine that runs other tests too
        return settings;
    }

    private ServerProcess.Ended migrate(String from, String to, String... more) throws Exception {
        var arguments = new ArrayList<>(List.of("migrate", "--from", from, "--to", to));
        arguments.addAll(List.of(more));
        return ServerProcess.run(folder, settings(Map.of()), arguments.toArray(String[]::new));
    }

    @Test
    void migrateWhenAServerMovesToRedisAndBackThenEveryTokenGoesOnWorking() throws Exception {
        ScriptedClient client;
        Tokens first;
        Tokens latest;
        try (var server = start("file:old.db")) {
            client = new ScriptedClient(server.uri("/"));
            first = client.signIn("alice@example.com");
            latest = client.refresh(first.refresh());

            var refused = migrate("file:old.db", inRedis());
            assertThat(refused.status()).isEqualTo(ExitCode.UNAVAILABLE.number());
            assertThat(refused.output()).contains("old.db is in use by another process: stop that one");
        }

        var looked = migrate("file:old.db", inRedis(), "--check");
        assertThat(looked.output())
                .contains("The key is the source's", "holds 1 grants", "is empty: the copy can begin");
        assertThat(looked.status()).isZero();
        var moved = migrate("file:old.db", inRedis());
        assertThat(moved.output()).contains("Copied 1 grants").doesNotContain(KEY);
        assertThat(moved.status()).isZero();

        try (var _ = start(inRedis())) {
            assertThat(client.add(first.access(), 2, 3)).isEqualTo("5");
            assertThat(client.add(latest.access(), 2, 3)).isEqualTo("5");
            latest = client.refresh(latest.refresh());
            assertThat(client.add(latest.access(), 20, 3)).isEqualTo("23");

            var refused = migrate(inRedis(), "file:back.db");
            assertThat(refused.status()).isEqualTo(ExitCode.UNAVAILABLE.number());
            assertThat(refused.output()).contains("Redis is in use by 1 server");
        }

        var back = migrate(inRedis(), "file:back.db");
        assertThat(back.output()).contains("Copied 1 grants");
        assertThat(back.status()).isZero();
        try (var _ = start("file:back.db")) {
            latest = client.refresh(latest.refresh());
            assertThat(client.add(latest.access(), 2, 2)).isEqualTo("4");
            // O-96: what was replaced before both moves is known as such.
            assertThat(client.tryRefresh(first.refresh()).statusCode()).isEqualTo(400);
            assertThat(client.call(latest.access(), "add", "{\"a\":1,\"b\":1}").statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void migrateWhenKilledInTheMiddleThenResumesAndEndsWhole() throws Exception {
        fill(folder.resolve("old.db"));
        int kills = 0;
        for (int i = 0; i < 3; i++) {
            kills += killedWhileCopying(i > 0) ? 1 : 0;
        }
        assertThat(kills).as("it was killed before its end at least once").isPositive();

        assertThat(ServerProcess.run(folder, settings(Map.of("STORE", inRedis())))
                        .output())
                .as("no server works on a part")
                .contains("complete it with migrate --resume");
        var anew = migrate("file:old.db", inRedis());
        assertThat(anew.status()).isEqualTo(ExitCode.NOT_EMPTY.number());
        assertThat(anew.output()).contains("go on with --resume");

        var done = migrate("file:old.db", inRedis(), "--resume");

        assertThat(done.output()).contains("Copied 8,000 grants with 8,000 codes");
        assertThat(done.status()).isZero();
    }

    private static void fill(Path file) throws Exception {
        long now = System.currentTimeMillis() / 1000;
        var client = new RegisteredClient(
                "portal",
                "Portal",
                List.of("http://localhost/cb"),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("authorization_code"),
                RegisteredClient.Kind.PREREGISTERED,
                now);
        try (var store = EmbeddedGrantStore.openFile(file, EmbeddedGrantStore.Limits.DEFAULT)) {
            try (var threads =
                    Executors.newFixedThreadPool(200, Thread.ofVirtual().factory())) {
                for (int i = 0; i < MANY; i++) {
                    String person = "person-" + i;
                    threads.execute(() -> {
                        var grant = new Grant(
                                Randoms.base64Url(16),
                                client,
                                "http://localhost/cb",
                                person,
                                Scopes.of("mcp"),
                                List.of("http://localhost/mcp"),
                                Randoms.bytes(200),
                                now,
                                now,
                                now + 5_000,
                                now + 9_000);
                        var code = new AuthorizationCode(
                                TokenHash.of(Randoms.bytes(32)),
                                grant.id(),
                                "challenge",
                                Randoms.bytes(40),
                                now + 3_000,
                                false);
                        store.createGrant(grant, code, 5, now);
                    });
                }
            }
        }
    }

    /** @return whether it was: it may have been too quick */
    private boolean killedWhileCopying(boolean isResuming) throws Exception {
        Path lib = Path.of("target", "portcullis", "lib").toAbsolutePath();
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                lib + File.separator + "*",
                "dev.portcullis.ops.Main",
                "migrate",
                "--from",
                "file:old.db",
                "--to",
                inRedis()));
        if (isResuming) {
            command.add("--resume");
        }
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(settings(Map.of()));
        builder.environment().remove("STORE");
        long keysBefore = keys();
        Process copying = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("copying.txt").toFile())
                .start();
        while (keys() < keysBefore + 1_500 && copying.isAlive()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        boolean wasAlive = copying.isAlive();
        copying.destroyForcibly().waitFor();
        assertThat(wasAlive || copying.exitValue() == 0)
                .as(Files.readString(folder.resolve("copying.txt")))
                .isTrue();
        return wasAlive;
    }

    private long keys() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), redisPort)) {
            socket.getOutputStream().write("DBSIZE\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return Long.parseLong(answer.lines().findFirst().orElseThrow().substring(1));
        }
    }
}
