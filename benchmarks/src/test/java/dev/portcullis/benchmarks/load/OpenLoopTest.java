package dev.portcullis.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

final class OpenLoopTest {
    private static final int CONNECTIONS = 4;
    private static final int PER_SECOND = 200;
    private static final long HALT_MILLIS = 400;

    @Test
    void runWhenTheServerHaltsThenAllThatWereDueMeanwhileAreSeenToWait() throws Exception {
        try (var server = new HaltingServer("200 OK", 50)) {
            var plan = new OpenLoop.Plan(CONNECTIONS, PER_SECOND, 0, 1);

            var result = OpenLoop.run(server.uri(), List.of(Request.get("/")), plan);

            assertThat(result.latencies().getTotalCount()).isEqualTo(PER_SECOND);
            // Of those due in the first half of the halt, each waits for the second half at least. A closed loop would
            // have sent but one by connection.
            long half = TimeUnit.MILLISECONDS.toNanos(HALT_MILLIS / 2);
            long waited = result.latencies()
                    .getCountBetweenValues(half, result.latencies().getMaxValue());
            assertThat(waited).isGreaterThanOrEqualTo(PER_SECOND * HALT_MILLIS / 2 / 1_000 - CONNECTIONS);
        }
    }

    @Test
    void runWhenSomeDoNotCountThenLeavesThemOut() throws Exception {
        try (var server = new HaltingServer("200 OK", 50)) {
            var plan = new OpenLoop.Plan(CONNECTIONS, PER_SECOND, 1, 1);

            var result = OpenLoop.run(server.uri(), List.of(Request.get("/a"), Request.get("/b")), plan);

            assertThat(result.latencies().getTotalCount()).isEqualTo(PER_SECOND);
            assertThat(server.answered.get()).isEqualTo(2 * PER_SECOND);
        }
    }

    @Test
    void runWhenSlicedThenEachHasThoseThatWereDueInIt() throws Exception {
        try (var server = new HaltingServer("200 OK", PER_SECOND / 4)) {
            var plan = new OpenLoop.Plan(CONNECTIONS, PER_SECOND, 0, 1, 4);

            var result = OpenLoop.run(server.uri(), List.of(Request.get("/")), plan);

            assertThat(result.slices()).allMatch(slice -> slice.getTotalCount() == PER_SECOND / 4);
            // Whose answer it halts before, was due in the first slice or just behind it; all of the second then wait
            // for some of the halt.
            assertThat(result.eachMillisAt(100).get(1)).isGreaterThanOrEqualTo(HALT_MILLIS / 2);
            assertThat(result.latencies().getTotalCount()).isEqualTo(PER_SECOND);
        }
    }

    @Test
    void runWhenAnAnswerIsNoSuccessThenFails() throws Exception {
        try (var server = new HaltingServer("503 Service Unavailable", 1)) {
            var plan = new OpenLoop.Plan(CONNECTIONS, PER_SECOND, 0, 1);

            assertThatThrownBy(() -> OpenLoop.run(server.uri(), List.of(Request.get("/")), plan))
                    .isInstanceOf(LoadException.class)
                    .hasMessageContaining("503");
        }
    }

    /** Answers everything with two letters; halts once, with all its connections, before one of the answers. */
    private static final class HaltingServer implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        private final ReentrantLock answering = new ReentrantLock();
        private final AtomicInteger answered = new AtomicInteger();
        private final byte[] answer;
        private final int haltAt;

        HaltingServer(String status, int haltAt) throws IOException {
            this.answer =
                    ("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\nok").getBytes(StandardCharsets.US_ASCII);
            this.haltAt = haltAt;
            Thread.ofVirtual().start(this::accept);
        }

        URI uri() {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }

        private void accept() {
            try {
                while (true) {
                    var connection = socket.accept();
                    Thread.ofVirtual().start(() -> serve(connection));
                }
            } catch (IOException e) {
                // Closed: the test is over.
            }
        }

        private void serve(Socket connection) {
            try (connection;
                    var in = new BufferedReader(
                            new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    if (line.isEmpty()) {
                        answer(connection);
                    }
                }
            } catch (IOException | UncheckedIOException e) {
                // The client has gone.
            }
        }

        private void answer(Socket connection) throws IOException {
            answering.lock();
            try {
                if (answered.incrementAndGet() == haltAt) {
                    TimeUnit.MILLISECONDS.sleep(HALT_MILLIS); // the halt itself: there is nothing to wait for
                }
                connection.getOutputStream().write(answer);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                answering.unlock();
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
