package dev.portcullis.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.fetch.FetchException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** O-123: an egress proxy is told an address and no name, and TLS speaks to the name. */
@Timeout(60)
class EgressProxyTest {
    private static final FetchLimits QUICK = new FetchLimits(2_000, 2_000, 8_192, 100, 4);

    /** Reads a request for a tunnel, answers, and keeps what comes next: the first bytes of TLS. */
    private static final class Proxy implements AutoCloseable {
        final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        final List<String> heads = new CopyOnWriteArrayList<>();
        final List<String> firstBytes = new CopyOnWriteArrayList<>();

        Proxy(String answer) throws IOException {
            Thread.ofVirtual().start(() -> {
                while (!server.isClosed()) {
                    try (Socket socket = server.accept()) {
                        serve(socket, answer);
                    } catch (IOException e) {
                        // The test has ended, or the client has.
                    }
                }
            });
        }

        private void serve(Socket socket, String answer) throws IOException {
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) socket.getInputStream().read());
            }
            heads.add(head.toString());
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            byte[] hello = new byte[4_096];
            int length = socket.getInputStream().read(hello);
            firstBytes.add(length < 0 ? "" : new String(hello, 0, length, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static Reason failure(Proxy proxy, AddressGuard guard, String url) {
        try (var fetcher =
                new DocumentFetcher(QUICK, guard, new EgressProxy("127.0.0.1", proxy.server.getLocalPort()))) {
            var request = FetchRequest.get(URI.create(url), Destination.STRANGER, 1_000);
            return catchThrowableOfType(FetchException.class, () -> fetcher.fetch(request))
                    .reason();
        }
    }

    private static AddressGuard resolvingTo(String address) {
        return new AddressGuard(Set.of(), _ -> new InetAddress[] {InetAddress.ofLiteral(address)});
    }

    @Test
    void fetchWhenThereIsAProxyThenAsksItForTheCheckedAddressAndNamesTheHostInTls() throws Exception {
        try (var proxy = new Proxy("HTTP/1.1 200 Connection established\r\n\r\n")) {
            failure(proxy, resolvingTo("93.184.215.14"), "https://client.example/metadata");

            assertThat(proxy.heads)
                    .containsExactly("CONNECT 93.184.215.14:443 HTTP/1.1\r\nHost: 93.184.215.14:443\r\n\r\n");
            assertThat(proxy.firstBytes)
                    .singleElement()
                    .asString()
                    .startsWith("\u0016\u0003")
                    .contains("client.example");
        }
    }

    @Test
    void fetchWhenAddressIsIpv6ThenItStandsInBrackets() throws Exception {
        try (var proxy = new Proxy("HTTP/1.0 200 OK\r\nVia: x\r\n\r\n")) {
            failure(proxy, resolvingTo("2606:4700::1111"), "https://client.example/metadata");

            assertThat(proxy.heads).singleElement().asString().startsWith("CONNECT [2606:4700:0:0:0:0:0:1111]:443 ");
        }
    }

    @Test
    void fetchWhenNameIsPrivateThenTheProxyHearsNothing() throws Exception {
        try (var proxy = new Proxy("HTTP/1.1 200 OK\r\n\r\n")) {
            assertThat(failure(proxy, resolvingTo("10.0.0.1"), "https://client.example/metadata"))
                    .isEqualTo(Reason.ADDRESS);
            assertThat(proxy.heads).isEmpty();
        }
    }

    @Test
    void fetchWhenProxyGivesNoTunnelThenFailsWithoutSendingAnything() throws Exception {
        for (String answer : List.of(
                "HTTP/1.1 403 Forbidden\r\n\r\n",
                "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "SSH-2.0-x\r\n\r\n",
                "x".repeat(10_000))) {
            try (var proxy = new Proxy(answer)) {
                assertThat(failure(proxy, resolvingTo("93.184.215.14"), "https://client.example/metadata"))
                        .isEqualTo(Reason.UNREACHABLE);
                assertThat(proxy.firstBytes)
                        .allSatisfy(bytes -> assertThat(bytes).isEmpty());
            }
        }
    }

    /** What the operator allowed on this machine needs no way out. */
    @Test
    void fetchWhenServerIsAllowedByNameThenGoesThereDirectly() throws Exception {
        try (var proxy = new Proxy("HTTP/1.1 403 Forbidden\r\n\r\n");
                var server = new LocalServer(LocalServer.json("{}"))) {
            var guard = new AddressGuard(Set.of("127.0.0.1:" + server.port()), AddressGuard.Resolver.SYSTEM);
            try (var fetcher =
                    new DocumentFetcher(QUICK, guard, new EgressProxy("127.0.0.1", proxy.server.getLocalPort()))) {
                var request = FetchRequest.get(server.uri("/"), Destination.STRANGER, 1_000);

                assertThat(fetcher.fetch(request).status()).isEqualTo(200);
                assertThat(proxy.heads).isEmpty();
            }
        }
    }
}
