package dev.portcullis.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.GateHandler.Gates;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.OriginRules;
import dev.portcullis.http.Reply;
import dev.portcullis.http.Route;
import dev.portcullis.http.Router;
import dev.portcullis.pipeline.ConnectionLimits;
import dev.portcullis.pipeline.ServerPipeline;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.CountingTelemetry;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.TestServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole path over a real socket: serving, draining, stopping. */
class GatewayServerTest {
    private final EchoEndpoint echo = new EchoEndpoint();
    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();

    private Route later() {
        return EchoEndpoint.route(
                "later", "/later", Route.Access.OPEN, Route.Cors.NONE, 10, exchange -> new BodyReader() {
                    @Override
                    public void read(ByteBuf part) {}

                    @Override
                    public void end() {
                        exchanges.add(exchange);
                    }
                });
    }

    @Test
    void requestWhenAllIsWellThenEndpointAnswersAndConnectionLives() {
        try (var server = TestServer.with(echo.mcp(1024));
                var client = server.connect()) {
            client.send("POST /mcp?a=b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
            RawClient.Answer first = client.read();
            client.send("GET /mcp/ HTTP/1.1\r\nHost: localhost\r\n\r\n"); // H-7
            RawClient.Answer second = client.read();

            assertThat(first.status()).isEqualTo(200);
            assertThat(first.body()).isEqualTo("POST a=b hello");
            assertThat(second.body()).isEqualTo("GET  ");
            Await.until("both are counted", () -> server.telemetry.finished.size() == 2);
            assertThat(server.telemetry.finished).containsExactly("mcp 200", "mcp 200");
        }
    }

    @Test
    void requestWhenPeerWantsToCloseThenClosedAfterTheAnswer() {
        for (String request : List.of(
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /mcp HTTP/1.0\r\nHost: localhost\r\n\r\n")) {
            try (var server = TestServer.with(echo.mcp(1024));
                    var client = server.connect()) {
                RawClient.Answer answer = client.send(request).read();

                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header("connection")).isEqualTo("close");
                assertThat(client.readRest()).isEmpty();
            }
        }
    }

    @Test
    void requestWhenHttp10WantsToKeepTheConnectionThenKept() {
        try (var server = TestServer.with(echo.mcp(1024));
                var client = server.connect()) {
            for (int i = 0; i < 2; i++) {
                client.send("GET /mcp HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
                assertThat(client.read().header("connection")).isEqualTo("keep-alive");
            }
        }
    }

    /** Every transport notices a peer that leaves while its request is answered (H-63), and serves large bodies. */
    @ParameterizedTest
    @EnumSource
    void transportWhenAvailableThenServesAndNoticesLeavers(EventLoops.Kind kind) throws Exception {
        Assumptions.assumeTrue(kind == EventLoops.Kind.NIO
                || (kind == EventLoops.Kind.EPOLL ? Epoll.isAvailable() : IoUring.isAvailable()));
        var telemetry = new CountingTelemetry();
        var gates = new Gates(
                Router.of(List.of(echo.mcp(10_000_000), later())), List.of(), OriginRules.noBrowsers(), Runnable::run);
        try (var loops = new EventLoops(kind, 1)) {
            var server = new GatewayServer(loops);
            int port = server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .getPort();
            try (var client = RawClient.connect(port)) { // before anything is served, and so waits
                server.serve(new ServerPipeline(gates, HttpLimits.DEFAULT, ConnectionLimits.DEFAULT, telemetry));
                String body = "x".repeat(5_000_000);
                client.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n");
                client.send(body);
                assertThat(client.read().body()).hasSize("POST  ".length() + body.length());
                client.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
                exchanges.add(exchange());
            }
            var left = new AtomicBoolean();
            exchange().onDisconnect(() -> left.set(true));
            Await.until("noticed", left::get);
            Await.until("closed", () -> telemetry.connections.get() == 0 && server.connections() == 0);
            server.stop();
        }
    }

    private Exchange exchange() throws InterruptedException {
        Exchange exchange = exchanges.poll(20, TimeUnit.SECONDS);
        assertThat(exchange).isNotNull();
        return exchange;
    }

    @Test
    void drainWhenAnswersAreInProgressThenTheyEndAndIdleOnesAreClosed() throws Exception { // T-113
        try (var server = TestServer.with(later(), echo.mcp(10));
                var idle = server.connect();
                var busy = server.connect()) {
            assertThat(idle.send("GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
            busy.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Exchange exchange = exchange();
            var drained = new AtomicBoolean();
            Thread draining = Thread.ofVirtual().start(() -> drained.set(server.server.drain(Duration.ofSeconds(20))));

            assertThat(idle.readRest()).isEmpty();
            Await.until("no more connections are accepted", () -> isRefused(server.port));
            assertThat(drained).isFalse();
            exchange.reply(
                    new Reply(HttpResponseStatus.OK, List.of(), Unpooled.copiedBuffer("done", StandardCharsets.UTF_8)));

            RawClient.Answer answer = busy.read();
            assertThat(answer.body()).isEqualTo("done");
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(busy.readRest()).isEmpty();
            busy.socket.shutdownOutput();
            Await.until("drained", () -> !draining.isAlive());
            assertThat(drained).isTrue();
        }
    }

    private static boolean isRefused(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return !socket.isConnected();
        } catch (IOException refused) {
            return true;
        }
    }

    @Test
    void drainWhenAnswersDoNotEndThenSaysSoAndStopCutsThem() throws Exception {
        try (var server = TestServer.with(later());
                var busy = server.connect()) {
            busy.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
            var left = new AtomicBoolean();
            exchange().onDisconnect(() -> left.set(true));

            assertThat(server.server.drain(Duration.ofMillis(50))).isFalse();
            server.server.stop();

            assertThat(busy.readRest()).isEmpty();
            Await.until("the endpoint is told", left::get);
            assertThat(server.server.connections()).isZero();
        }
    }

    @Test
    void bindWhenAddressIsTakenThenIOException() {
        try (var first = TestServer.with(echo.mcp(10));
                var loops = new EventLoops(EventLoops.Kind.NIO, 1)) {
            var second = new GatewayServer(loops);
            assertThatThrownBy(() -> second.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), first.port)))
                    .isInstanceOf(IOException.class);
        }
    }
}
