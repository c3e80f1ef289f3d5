package dev.portcullis.endpoint.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.endpoint.oauth.ClientsFixture.Web;
import dev.portcullis.http.RecordedExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** T-79, O-123: what a stranger can make us connect to by a {@code client_id}, through the whole of /authorize, with a trap that counts who comes. */
@Timeout(60)
class SsrfKitTest {
    private final ClientsFixture server;
    private final ServerSocket trap;
    private final AtomicInteger caught = new AtomicInteger();
    private final List<String> looked = new CopyOnWriteArrayList<>();

    SsrfKitTest() throws IOException {
        server = new ClientsFixture();
        trap = new ServerSocket(0, 50, InetAddress.getByName("0.0.0.0"));
        Thread.ofVirtual().start(() -> {
            while (!trap.isClosed()) {
                try (var _ = trap.accept()) {
                    caught.incrementAndGet();
                } catch (IOException e) {
                    return;
                }
            }
        });
        server.strangersPorts = Set.of(443, trap.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        trap.close();
        server.close();
    }

    /** Every name has these addresses, in turn. */
    private void resolve(String... answers) {
        var turn = new AtomicInteger();
        server.resolver = host -> {
            looked.add(host);
            return addresses(answers[Math.min(turn.getAndIncrement(), answers.length - 1)]);
        };
    }

    private static InetAddress[] addresses(String literals) throws UnknownHostException {
        var all = new ArrayList<InetAddress>();
        for (String literal : literals.split(" ", -1)) {
            all.add(InetAddress.getByName(literal));
        }
        return all.toArray(InetAddress[]::new);
    }

    private RecordedExchange ask(String clientId) {
        return server.authorize(clientId, ClientsFixture.REDIRECT, "accept", "application/json");
    }

    /** One text for all that is not fetched, whatever the reason. */
    private void assertDenied(RecordedExchange answer) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"temporarily_unavailable\",\"error_description\":\"client metadata unavailable, try again\","
                                + "\"iss\":\"" + ClientsFixture.ISSUER + "\"}");
        assertThat(caught).hasValue(0);
    }

    /** As an address that some parser would read so: denied, or no URL to begin with; looked up never. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.1",
                "127.0.1",
                "2130706433",
                "0x7f000001",
                "0x7f.0.0.1",
                "0x7f.1",
                "0177.0.0.1",
                "017700000001",
                "0177.0.0.01",
                "127.0.0.1.",
                "0.0.0.0",
                "0",
                "10.0.0.1",
                "172.16.0.1",
                "192.168.0.1",
                "100.64.0.1",
                "169.254.169.254",
                "8.8.8.8",
                "[::1]",
                "[::]",
                "[0:0:0:0:0:0:0:1]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "[::127.0.0.1]",
                "[64:ff9b::7f00:1]",
                "[64:ff9b::127.0.0.1]",
                "[2002:7f00:1::]",
                "[2001:0:7f00:1::]",
                "[fd00::1]",
                "[fe80::1]",
                "[fe80::1%25lo]",
                "[fec0::1]",
                "[ff02::1]",
                "[2606:4700::1111]",
                "①②⑦.0.0.1",
                "127。0。0。1",
            })
    void authorizeWhenHostIsAnAddressThenIsRefusedUnseen(String host) {
        resolve("127.0.0.1");
        for (String authority : List.of(host, host + ":443", host + ":" + trap.getLocalPort())) {
            RecordedExchange answer = ask("https://" + authority + "/client");
            assertThat(answer.status()).as(authority).isEqualTo(400);
            assertThat(answer.body())
                    .containsAnyOf("client metadata unavailable", "client_id is missing or not registered");
        }
        assertThat(looked).isEmpty();
        assertThat(caught).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "x.localhost",
                "printer",
                "printer.local",
                "metadata.google.internal",
                "router.home.arpa",
                "hidden.onion",
                "client.example.",
                "localhost.",
                "client.example:8443",
                "client.example:22",
                "client.example:80",
            })
    void authorizeWhenNameIsOfPrivateUseThenIsRefusedUnseen(String authority) {
        resolve("127.0.0.1");
        assertDenied(ask("https://" + authority + "/client"));
        assertThat(looked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1@client.example/c",
                "https://client.example@127.0.0.1/c",
                "https://client.example:443@127.0.0.1:443/c",
                "https://client.example\\@127.0.0.1/c",
                "https://client.example%2f@127.0.0.1/c",
                "https://client.example%00.127.0.0.1/c",
                "https://client.example#@127.0.0.1/c",
                "https://127.0.0.1#client.example/c",
                "https:127.0.0.1/c",
                "https:/127.0.0.1/c",
                "https:////127.0.0.1/c",
                "https://client.example /c",
                "https://client.example\t.evil/c",
            })
    void authorizeWhenUrlIsATrickThenThereIsNoSuchClient(String clientId) {
        resolve("127.0.0.1");
        RecordedExchange answer = ask(clientId);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("\"error\":\"invalid_client\"");
        assertThat(looked).isEmpty();
        assertThat(caught).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.254",
                "0.0.0.0",
                "10.1.2.3",
                "172.31.255.255",
                "192.168.1.1",
                "100.64.0.1",
                "100.127.255.254",
                "169.254.169.254",
                "168.63.129.16",
                "192.0.0.192",
                "192.0.2.1",
                "198.18.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "::ffff:127.0.0.1",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::a00:1",
                "64:ff9b:1::1",
                "2002:7f00:1::1",
                "2001:0:1::1",
                "2001:db8::1",
                "fd00::1",
                "fc00::1",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "fd00:ec2::254",
                "93.184.215.14 127.0.0.1",
                "127.0.0.1 93.184.215.14",
                "2606:4700::1111 fd00::1",
            })
    void authorizeWhenNameResolvesToWhatIsNotPublicThenNobodyIsReached(String answers) {
        resolve(answers);
        assertDenied(ask("https://client.example:" + trap.getLocalPort() + "/client"));
        assertThat(looked).containsExactly("client.example");
    }

    /** DNS rebinding: the check and the connection see one answer, since there is one question. */
    @Test
    void authorizeWhenNameChangesBetweenCheckAndConnectThenTheCheckedAddressCounts() {
        resolve("192.0.3.255", "127.0.0.1", "127.0.0.1");
        String client = "https://client.example:" + trap.getLocalPort() + "/client";

        assertDenied(ask(client));

        assertThat(looked).hasSize(1);
        server.now += 30;
        assertDenied(ask(client));
        assertThat(looked).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void authorizeWhenServerRedirectsThenNobodyFollows(int status) {
        server.web.answers.put("/client", exchange -> {
            exchange.getResponseHeaders().set("Location", "http://127.0.0.1:" + trap.getLocalPort() + "/");
            Web.json(status, "{}").write(exchange);
        });
        assertDenied(ask(server.web.url("/client")));
    }

    @Test
    void authorizeWhenBodyIsSlowEndlessCompressedOrAPageThenItEnds() throws IOException {
        byte[] bomb = bomb();
        server.web.answers.put("/slow", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            trickle(exchange.getResponseBody(), true);
        });
        server.web.answers.put("/endless", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            trickle(exchange.getResponseBody(), false);
        });
        server.web.answers.put("/bomb", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, bomb.length);
            exchange.getResponseBody().write(bomb);
        });
        server.web.answers.put("/page", Web.of(200, "text/html", "<html>"));
        for (String path : List.of("/slow", "/endless", "/bomb", "/page")) {
            assertDenied(ask(server.web.url(path)));
        }
    }

    private static void trickle(java.io.OutputStream out, boolean slowly) throws IOException {
        var pause = new java.util.concurrent.CountDownLatch(1);
        byte[] piece = slowly ? new byte[] {' '} : new byte[64 * 1024];
        while (true) {
            out.write(piece);
            out.flush();
            try {
                if (slowly && pause.await(100, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    private static byte[] bomb() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                gzip.write(zeros);
            }
        }
        return bytes.toByteArray();
    }

    /** The trap works: what is allowed by name is reached. */
    @Test
    void trapWhenSomebodyComesThenCounts() throws Exception {
        try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), trap.getLocalPort())) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(caught).hasValue(1);
    }
}
