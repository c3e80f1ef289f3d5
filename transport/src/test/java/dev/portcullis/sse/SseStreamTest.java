package dev.portcullis.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.Route;
import dev.portcullis.sse.SseStream.SseLimits;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.TestServer;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** H-16, H-17, T-30 over real sockets. */
class SseStreamTest {
    private static final int LONG = 60_000;
    private static final byte[] JSON = "{\"n\":1}".getBytes(StandardCharsets.UTF_8);
    private static final String GET = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final BlockingQueue<SseStream> streams = new LinkedBlockingQueue<>();
    private final AtomicInteger closed = new AtomicInteger();

    /** The server that is being built while its route is made. */
    private final AtomicReference<TestServer> server = new AtomicReference<>();

    private TestServer start(SseLimits limits, HttpLimits http) {
        var route = EchoEndpoint.route(
                "stream", "/stream", Route.Access.OPEN, Route.Cors.NONE, 0, exchange -> new BodyReader() {
                    @Override
                    public void read(ByteBuf part) {}

                    @Override
                    public void end() {
                        var stream =
                                new SseStreams(limits, server.get().telemetry).open(exchange, "mcp-session-id", "s");
                        stream.onClose(closed::incrementAndGet);
                        streams.add(stream);
                    }
                });
        server.set(new TestServer.Settings().limits(http).start(route));
        return server.get();
    }

    private TestServer start(SseLimits limits) {
        return start(limits, HttpLimits.DEFAULT);
    }

    private SseStream stream() throws InterruptedException {
        SseStream stream = streams.poll(20, TimeUnit.SECONDS);
        assertThat(stream).isNotNull();
        return stream;
    }

    private static boolean send(SseStream stream) {
        return stream.send("message", null, JSON, 0, JSON.length);
    }

    @Test
    void streamWhenEventsAreSentThenTheyArriveInOrderAndEndEndsIt() throws Exception {
        try (var running = start(new SseLimits(LONG, 1_000_000, 1_000, LONG));
                var client = running.connect()) {
            client.send(GET);
            SseStream stream = stream();
            RawClient.Answer head = client.readHead();
            assertThat(head.header("content-type")).isEqualTo("text/event-stream"); // H-16
            assertThat(head.header("cache-control")).isEqualTo("no-store, no-transform");
            assertThat(head.header("x-accel-buffering")).isEqualTo("no");
            assertThat(head.header("mcp-session-id")).isEqualTo("s");
            assertThat(running.telemetry.streams).hasValue(1);

            for (int i = 0; i < 500; i++) {
                byte[] json = String.valueOf(i).getBytes(StandardCharsets.UTF_8);
                assertThat(stream.send(null, null, json, 0, json.length)).isTrue();
            }
            stream.end();
            assertThat(send(stream)).isFalse();

            for (int i = 0; i < 500; i++) {
                assertThat(client.readChunk()).isEqualTo("data: " + i + "\n\n");
            }
            assertThat(client.readChunk()).isEmpty();
            Await.until("closed", () -> closed.get() == 1);
            assertThat(running.telemetry.streams).hasValue(0);
            assertThat(stream.isOpen()).isFalse();
            client.send(GET); // the connection lives on
            assertThat(stream()).isNotNull();
        }
    }

    @Test
    void streamWhenNothingIsSentThenCommentsKeepItWarm() throws Exception { // H-17
        var limits = HttpLimits.DEFAULT;
        var impatient = new HttpLimits(
                limits.requestLineBytesMax(),
                limits.headerBytesMax(),
                limits.headerFieldsMax(),
                50,
                50,
                50,
                50,
                50,
                limits.writeProgressBytesMin(),
                limits.discardedBytesMax(),
                limits.bodiesBytesMax(),
                limits.lingerMillis());
        try (var running = start(new SseLimits(30, 1_000, 10, LONG), impatient);
                var client = running.connect()) {
            client.send(GET);
            SseStream stream = stream();
            client.readHead();
            for (int i = 0; i < 10; i++) { // far longer than any deadline for requests and idle connections
                assertThat(client.readChunk()).isEqualTo(":\n\n");
            }
            assertThat(stream.isOpen()).isTrue();
        }
    }

    @Test
    void streamWhenPeerLeavesThenClosedAndSendSaysSo() throws Exception {
        try (var running = start(SseLimits.DEFAULT)) {
            SseStream stream;
            try (var client = running.connect()) {
                client.send(GET);
                stream = stream();
                client.readHead();
            }
            Await.until("closed", () -> closed.get() == 1);
            assertThat(send(stream)).isFalse();
            assertThat(running.telemetry.streams).hasValue(0);
            stream.onClose(closed::incrementAndGet);
            Await.until("a late listener runs at once", () -> closed.get() == 2);
        }
    }

    @Test
    void streamWhenPeerDoesNotReadThenQueueIsBoundedAndStreamIsCut() throws Exception { // T-30
        try (var running = start(new SseLimits(LONG, 100_000, 1_000, LONG));
                var client = running.connect()) {
            client.send(GET);
            SseStream stream = stream();
            byte[] large = new byte[10_000];
            java.util.Arrays.fill(large, (byte) 'x');

            int sent = 0;
            while (stream.send(null, null, large, 0, large.length)) {
                sent++;
                assertThat(sent).isLessThan(100_000); // 1 GB
                if (sent % 5 == 0) {
                    awaitLoop(running, stream);
                }
            }

            assertThat(stream.isOpen()).isFalse();
            Await.until("closed", () -> closed.get() == 1);
            assertThat(running.telemetry.refused).containsExactly(Outcome.STREAM_QUEUE_FULL);
        }
    }

    /** Lets the event loop drain what it can, so that what fills the queue is the peer and not this thread's speed. */
    private static void awaitLoop(TestServer running, SseStream stream) throws InterruptedException {
        var drained = new java.util.concurrent.CountDownLatch(1);
        stream.inLoop(drained::countDown);
        assertThat(drained.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(running.telemetry.connections).hasPositiveValue();
    }

    @Test
    void streamWhenPeerDoesNotReadForLongThenCut() throws Exception {
        try (var running = start(new SseLimits(LONG, 100_000_000, 1_000_000, 100));
                var client = running.connect()) {
            client.send(GET);
            SseStream stream = stream();
            byte[] large = new byte[100_000];
            for (int i = 0; i < 200 && stream.isOpen(); i++) { // 20 MB: more than the socket takes
                stream.send(null, null, large, 0, large.length);
            }

            Await.until("closed", () -> closed.get() == 1);
            assertThat(running.telemetry.refused).containsExactly(Outcome.WRITE_STALLED);
            assertThat(client.socket.isClosed()).isFalse();
        }
    }

    @Test
    void streamWhenManyThreadsSendThenAllArrive() throws Exception {
        try (var running = start(new SseLimits(LONG, 10_000_000, 100_000, LONG));
                var client = running.connect()) {
            client.send(GET);
            SseStream stream = stream();
            client.readHead();
            for (int t = 0; t < 8; t++) {
                Thread.ofVirtual().start(() -> {
                    for (int i = 0; i < 250; i++) {
                        send(stream);
                    }
                });
            }
            for (int i = 0; i < 2_000; i++) {
                assertThat(client.readChunk()).isEqualTo("event: message\ndata: {\"n\":1}\n\n");
            }
        }
    }
}
