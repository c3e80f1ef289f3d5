package dev.portcullis.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import dev.portcullis.fetch.FetchException.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** O-122, O-143: limits of time, size and form for whatever is fetched. */
@Timeout(60)
class DocumentFetcherTest {
    private static final int MAX = 1_000;
    private static final FetchLimits QUICK = new FetchLimits(500, 700, 8_192, 100, 4);

    @Test
    void fetchWhenAnswerIsJsonThenGivesItWhole() throws Exception {
        try (var server = new LocalServer(LocalServer.json("{\"a\":1}", "Cache-Control", "public, max-age=600"));
                var fetcher = fetcher(FetchLimits.DEFAULT)) {
            FetchedDocument document = fetcher.fetch(get(server.uri("/doc?x=1")));

            assertThat(new String(document.body(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":1}");
            assertThat(document.status()).isEqualTo(200);
            assertThat(document.freshSeconds()).isEqualTo(600);
        }
    }

    @Test
    void fetchSendsNoCookiesAndAsksForNoCompression() throws Exception {
        try (var server = new LocalServer(LocalServer.json("{}", "Set-Cookie", "id=1; Path=/"));
                var fetcher = fetcher(FetchLimits.DEFAULT)) {
            fetcher.fetch(get(server.uri("/")));
            fetcher.fetch(get(server.uri("/")));

            assertThat(server.asked()).hasSize(2).allSatisfy(asked -> {
                assertThat(asked.headers()).doesNotContainKey("Cookie");
                assertThat(asked.headers().getFirst("Accept-Encoding")).isEqualTo("identity");
                assertThat(asked.headers().getFirst("Accept")).isEqualTo("application/json");
                assertThat(asked.headers().getFirst("Host")).isEqualTo("127.0.0.1:" + server.port());
            });
        }
    }

    @Test
    void fetchWhenFormIsGivenThenPostsIt() throws Exception {
        try (var server = new LocalServer(LocalServer.of(400, "application/json", "{\"error\":\"x\"}"));
                var fetcher = fetcher(FetchLimits.DEFAULT)) {
            var request = FetchRequest.post(
                    server.uri("/token"),
                    Destination.CONFIGURED,
                    Set.of(200, 400),
                    MAX,
                    FetchRequest.Body.form("a=b%20c"),
                    "Basic eDp5");

            assertThat(fetcher.fetch(request).status()).isEqualTo(400);
            LocalServer.Asked asked = server.asked().getFirst();
            assertThat(asked.method()).isEqualTo("POST");
            assertThat(asked.body()).isEqualTo("a=b%20c");
            assertThat(asked.headers().getFirst("Content-Type")).isEqualTo("application/x-www-form-urlencoded");
            assertThat(asked.headers().getFirst("Authorization")).isEqualTo("Basic eDp5");
            assertThat(request.toString()).doesNotContain("a=b").doesNotContain("eDp5");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "301,REDIRECT",
        "302,REDIRECT",
        "303,REDIRECT",
        "307,REDIRECT",
        "308,REDIRECT",
        "404,STATUS",
        "401,STATUS",
        "206,STATUS",
        "500,PEER_FAILING",
        "503,PEER_FAILING",
        "429,PEER_FAILING",
    })
    void fetchWhenStatusIsNotWantedThenFailsAndFollowsNothing(int status, Reason expected) throws Exception {
        try (var trap = new LocalServer(LocalServer.json("{}"));
                var server = new LocalServer(LocalServer.of(
                        status,
                        "application/json",
                        "{}",
                        "Location",
                        trap.uri("/").toString()));
                var fetcher = fetcher(FetchLimits.DEFAULT)) {
            assertThat(failure(fetcher, server.uri("/"))).isEqualTo(expected);
            assertThat(trap.asked()).isEmpty();
            assertThat(server.asked()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "text/plain", "application/jsonp", "image/svg+json", "text/json; a=/+json"})
    void fetchWhenTypeIsNotJsonThenFails(String type) throws Exception {
        try (var server = new LocalServer(LocalServer.of(200, type, "{}"));
                var fetcher = fetcher(FetchLimits.DEFAULT)) {
            assertThat(failure(fetcher, server.uri("/"))).isEqualTo(Reason.MEDIA_TYPE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "Application/JSON; charset=utf-8", "application/jwk-set+json"})
    void fetchWhenTypeIsJsonThenSucceeds(String type) throws Exception {
        try (var server = new LocalServer(LocalServer.of(200, type, "{}"));
                var fetcher = fetcher(FetchLimits.DEFAULT)) {
            assertThat(fetcher.fetch(get(server.uri("/"))).body()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "identity, gzip"})
    void fetchWhenAnswerIsCompressedThenFails(String encoding) throws Exception {
        try (var server = new LocalServer(LocalServer.json("{}", "Content-Encoding", encoding));
                var fetcher = fetcher(FetchLimits.DEFAULT)) {
            assertThat(failure(fetcher, server.uri("/"))).isEqualTo(Reason.MEDIA_TYPE);
        }
    }

    @Test
    void fetchWhenAnswerIsAsLongAsAllowedThenSucceedsAndWhenLongerThenFails() throws Exception {
        try (var server = new LocalServer(LocalServer.json("x".repeat(MAX)));
                var fetcher = fetcher(FetchLimits.DEFAULT)) {
            assertThat(fetcher.fetch(get(server.uri("/"))).body()).hasSize(MAX);

            server.answers(LocalServer.json("x".repeat(MAX + 1)));
            assertThat(failure(fetcher, server.uri("/"))).isEqualTo(Reason.TOO_LARGE);
        }
    }

    /** The peer sees the connection break, so nobody reads on to an end that never comes. */
    @Test
    void fetchWhenBodyNeverEndsThenFailsByItsSizeAndHangsUp() throws Exception {
        var hungUp = new CountDownLatch(1);
        try (var server = new LocalServer(exchange -> {
                    OutputStream out = chunked(exchange);
                    try {
                        while (true) {
                            out.write(new byte[4_096]);
                            out.flush();
                        }
                    } catch (IOException e) {
                        hungUp.countDown();
                    }
                });
                var fetcher = fetcher(FetchLimits.DEFAULT)) {
            assertThat(failure(fetcher, server.uri("/"))).isEqualTo(Reason.TOO_LARGE);
            assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Each byte comes soon enough for a read timeout; only the deadline of the whole ends it. */
    @Test
    void fetchWhenBodyDripsThenEndsAtTheDeadlineAndHangsUp() throws Exception {
        var hungUp = new CountDownLatch(1);
        try (var server = new LocalServer(exchange -> {
                    OutputStream out = chunked(exchange);
                    try {
                        while (!hungUp.await(20, TimeUnit.MILLISECONDS)) {
                            out.write(' ');
                            out.flush();
                        }
                    } catch (IOException e) {
                        hungUp.countDown();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                var fetcher = fetcher(QUICK)) {
            assertThat(failure(fetcher, server.uri("/"))).isEqualTo(Reason.TIMEOUT);
            assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void fetchWhenPeerIsSilentThenTimesOut() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var fetcher = fetcher(QUICK)) {
            URI uri = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/");
            assertThat(failure(fetcher, uri)).isEqualTo(Reason.TIMEOUT);
        }
    }

    @Test
    void fetchWhenNameLookupHangsThenTimesOutAllTheSame() throws Exception {
        var never = new CountDownLatch(1);
        var guard = new AddressGuard(Set.of(), host -> {
            awaitUninterruptibly(never);
            return InetAddress.getAllByName("127.0.0.1");
        });
        try (var fetcher = new DocumentFetcher(QUICK, guard)) {
            assertThat(failure(fetcher, URI.create("http://localhost:1/"))).isEqualTo(Reason.TIMEOUT);
        } finally {
            never.countDown();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SSH-2.0-x,MALFORMED",
        "'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{}',UNREACHABLE",
        "'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n{}',MALFORMED",
        "'',UNREACHABLE",
    })
    void fetchWhenPeerSpeaksNoProperHttpThenFails(String bytes, Reason expected) throws Exception {
        assertThat(failureAgainst(bytes)).isEqualTo(expected);
    }

    @Test
    void fetchWhenHeadIsTooLargeThenFails() throws Exception {
        assertThat(failureAgainst("HTTP/1.1 200 OK\r\nX: " + "x".repeat(10_000) + "\r\n\r\n"))
                .isEqualTo(Reason.MALFORMED);
        assertThat(failureAgainst("HTTP/1.1 200 OK\r\n" + "X: x\r\n".repeat(101) + "\r\n"))
                .isEqualTo(Reason.MALFORMED);
    }

    @Test
    void fetchWhenNobodyListensThenIsUnreachable() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (var fetcher = fetcher(FetchLimits.DEFAULT)) {
            assertThat(failure(fetcher, URI.create("http://127.0.0.1:" + port + "/")))
                    .isEqualTo(Reason.UNREACHABLE);
        }
    }

    @Test
    void fetchWhenTooManyAreUnderWayThenFailsAndLaterWorksAgain() throws Exception {
        var release = new CountDownLatch(1);
        var arrived = new CountDownLatch(1);
        try (var server = new LocalServer(exchange -> {
                    arrived.countDown();
                    awaitUninterruptibly(release);
                    LocalServer.json("{}").write(exchange);
                });
                var patient = new DocumentFetcher(new FetchLimits(5_000, 30_000, 8_192, 100, 1), new AddressGuard());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                var first = threads.submit(() -> patient.fetch(get(server.uri("/"))));
                arrived.await();
                var second = threads.submit(() -> patient.fetch(get(server.uri("/"))));
                assertThat(server.asked()).hasSize(1);
                release.countDown();
                assertThat(first.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
                assertThat(second.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
            } finally {
                release.countDown();
            }
        }
    }

    @Test
    void fetchWhenNoTurnComesInTimeThenIsOverloaded() throws Exception {
        var release = new CountDownLatch(1);
        var arrived = new CountDownLatch(1);
        // The lookup cannot be interrupted, so its turn is not given back at the deadline.
        var guard = new AddressGuard(Set.of(), host -> {
            arrived.countDown();
            awaitUninterruptibly(release);
            return InetAddress.getAllByName("127.0.0.1");
        });
        try (var fetcher = new DocumentFetcher(new FetchLimits(500, 700, 8_192, 100, 1), guard);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                var first = threads.submit(() -> failure(fetcher, URI.create("http://localhost:1/")));
                arrived.await();
                assertThat(failure(fetcher, URI.create("http://localhost:1/"))).isEqualTo(Reason.OVERLOADED);
                assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(Reason.TIMEOUT);
            } finally {
                release.countDown();
            }
        }
    }

    @Test
    void closeEndsWhatIsUnderWayAndRefusesWhatComesLater() throws Exception {
        var arrived = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        try (var server = new LocalServer(exchange -> {
                    arrived.countDown();
                    awaitUninterruptibly(never);
                });
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var fetcher = new DocumentFetcher(new FetchLimits(5_000, 50_000, 8_192, 100, 4), new AddressGuard());
            try {
                var underWay = threads.submit(() -> failure(fetcher, server.uri("/")));
                arrived.await();
                fetcher.close();
                assertThat(underWay.get(30, TimeUnit.SECONDS)).isEqualTo(Reason.CLOSED);
                assertThat(failure(fetcher, server.uri("/"))).isEqualTo(Reason.CLOSED);
            } finally {
                never.countDown();
            }
        }
    }

    /** A peer that sends these bytes to whoever asks and hangs up. */
    private static Reason failureAgainst(String bytes) throws IOException, InterruptedException, ExecutionException {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var fetcher = fetcher(FetchLimits.DEFAULT)) {
            var peer = threads.submit(() -> {
                try (Socket socket = listener.accept()) {
                    var in = new java.io.BufferedReader(
                            new java.io.InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
                    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {}
                    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    // The fetcher need not read all of it.
                }
                return true;
            });
            Reason reason = failure(fetcher, URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/"));
            assertThat(peer.get()).isTrue();
            return reason;
        }
    }

    private static OutputStream chunked(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Reason failure(DocumentFetcher fetcher, URI uri) {
        FetchException e = catchThrowableOfType(FetchException.class, () -> fetcher.fetch(get(uri)));
        assertThat(e).as("the failure of fetching %s", uri).isNotNull();
        return e.reason();
    }

    private static FetchRequest get(URI uri) {
        return FetchRequest.get(uri, Destination.CONFIGURED, MAX);
    }

    private static DocumentFetcher fetcher(FetchLimits limits) {
        return new DocumentFetcher(limits, new AddressGuard());
    }
}
