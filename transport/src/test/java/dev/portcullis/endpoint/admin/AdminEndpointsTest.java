package dev.portcullis.endpoint.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.TestServer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** T-119. */
class AdminEndpointsTest {
    private static RawClient.Answer get(TestServer server, String path) {
        try (var client = server.connect()) {
            return client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .read();
        }
    }

    @Test
    void healthWhenReadinessChangesThenStatusAloneSaysSo() {
        var ready = new AtomicBoolean();
        try (var server = TestServer.with(HealthEndpoint.live(), HealthEndpoint.ready(ready::get))) {
            assertThat(get(server, "/health/live").status()).isEqualTo(200);
            assertThat(get(server, "/health/ready").status()).isEqualTo(503);
            ready.set(true);
            RawClient.Answer answer = get(server, "/health/ready");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void metricsWhenScrapedThenWrittenOffTheEventLoop() {
        var thread = new java.util.concurrent.atomic.AtomicReference<Thread>();
        var route = MetricsEndpoint.route(
                out -> {
                    thread.set(Thread.currentThread());
                    out.write("a_total 1\n".getBytes(StandardCharsets.UTF_8));
                },
                "text/plain; version=0.0.4",
                task -> Thread.ofVirtual().start(task));
        try (var server = TestServer.with(route)) {
            RawClient.Answer answer = get(server, "/metrics");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-type")).isEqualTo("text/plain; version=0.0.4");
            assertThat(answer.body()).isEqualTo("a_total 1\n");
            assertThat(thread.get().isVirtual()).isTrue();
        }
    }

    @Test
    void metricsWhenScrapeFailsThen500WithoutDetail() {
        var route = MetricsEndpoint.route(
                out -> {
                    throw new IllegalStateException("secret detail");
                },
                "text/plain",
                Runnable::run);
        try (var server = TestServer.with(route)) {
            RawClient.Answer answer = get(server, "/metrics");
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void metricsWhenOffloadIsFullThen503() { // T-112
        var route = MetricsEndpoint.route(out -> {}, "text/plain", task -> {
            throw new RejectedExecutionException();
        });
        try (var server = TestServer.with(route)) {
            assertThat(get(server, "/metrics").status()).isEqualTo(503);
        }
    }
}
