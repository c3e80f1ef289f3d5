package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.tool.AddTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server whose store is in a real Redis. */
@Timeout(120)
class RedisServerTest {
    private static final Map<String, String> ANYWHERE = Map.of(
            "PORT",
            "0",
            "MANAGEMENT_PORT",
            "0",
            "DEV_IDP_PORT",
            "0",
            "COOKIE_ENCRYPTION_KEY",
            "0123456789abcdef0123456789abcdef");

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = freePort();
    private Process redis;

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void startRedis() throws Exception {
        redis = new ProcessBuilder(
                        "redis-server",
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--save",
                        "",
                        "--appendonly",
                        "yes",
                        "--appendfsync",
                        "always",
                        "--dir",
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("redis.log").toFile())
                .start();
        eventually(() -> {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
    }

    @AfterEach
    void killRedis() throws InterruptedException {
        if (redis != null) {
            redis.destroyForcibly().waitFor();
        }
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("it comes to pass in time").isLessThan(until);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private HttpResponse<String> managed(PortcullisServer server, String path) throws Exception {
        var uri = URI.create("http://localhost:" + server.management().getPort() + path);
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void startWhenRedisIsThereThenIsReadyAsLongAsItIs() throws Exception {
        startRedis();
        try (var server = PortcullisServer.builder()
                .settings(ANYWHERE)
                .setting("STORE", "redis://127.0.0.1:" + port)
                .tool(new AddTool())
                .start()) {
            eventually(() -> managed(server, "/health/ready").statusCode() == 200);
            assertThat(managed(server, "/metrics").body())
                    .contains("portcullis_redis_up 1.0", "portcullis_bus_nodes 1.0", "portcullis_redis_failures_total");

            killRedis();
            eventually(() -> managed(server, "/health/ready").statusCode() == 503);
            assertThat(managed(server, "/health/live").statusCode()).isEqualTo(200);
            assertThat(managed(server, "/metrics").body()).contains("portcullis_redis_up 0.0");

            startRedis();
            eventually(() -> managed(server, "/health/ready").statusCode() == 200);
        }
    }

    @Test
    void startWhenRedisIsNotThereThenEndsWithOneSentence() {
        var failure = catchThrowableOfType(
                StartException.class,
                () -> PortcullisServer.builder()
                        .settings(ANYWHERE)
                        .setting("STORE", "redis://gate:hunter2@127.0.0.1:" + port)
                        .start());

        assertThat(failure.exitCode()).isEqualTo(ExitCode.UNAVAILABLE); // 69
        assertThat(failure.explanation())
                .contains("redis://127.0.0.1:" + port, "nobody listens there")
                .doesNotContain("hunter2")
                .doesNotContain("\n");
    }
}
