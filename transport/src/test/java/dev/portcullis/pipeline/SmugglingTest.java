package dev.portcullis.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.telemetry.Outcome;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Request smuggling (T-1, T-2): 400, the connection ends, and what stands behind in the buffer is never dispatched. */
class SmugglingTest {
    private static final String SMUGGLED = "GET /mcp?smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final EchoEndpoint ECHO = new EchoEndpoint();
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(ECHO.mcp(1024));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void reset() {
        ECHO.opened.set(0);
        server.telemetry.refused.clear();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // both lengths (RFC 9112 §6.1)
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                // several lengths (§6.3)
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 6\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0, 6\r\n\r\n",
                "POST /mcp HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 6\r\n\r\n",
                // lengths that are none
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: +0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length:\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9223372036854775808\r\n\r\n",
                // odd codings
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
                "POST /mcp HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                // header lines (§5.1, §5.2)
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nX-Folded: a\r\n b\r\n\r\n",
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nX-Folded: a\r\n\tb\r\n\r\n",
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
                "GET /mcp HTTP/1.1\r\n Host: localhost\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length : 0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\n: no name\r\n\r\n",
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nX-Nul: a\u0000b\r\n\r\n",
                // line ends (§2.2)
                "GET /mcp HTTP/1.1\nHost: localhost\n\n",
                "GET /mcp HTTP/1.1\r\nHost: localhost\nX-Bare-Lf: a\r\n\r\n",
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nX-Bare-Cr: a\rb\r\n\r\n",
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nX-Bare-Cr: a\rContent-Length: 5\r\n\r\n",
                // request line (§3)
                "GET  /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /mcp  HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET\t/mcp HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /mcp\rHTTP/1.1\r\nHost: localhost\r\n\r\n",
                " GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /mcp HTTP/1.1 \r\nHost: localhost\r\n\r\n",
                "GET /m cp HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /mcp\r\nHost: localhost\r\n\r\n",
                "GET /mcp HTTP/0.9\r\nHost: localhost\r\n\r\n",
                "GET /mcp HTTP/1.2\r\nHost: localhost\r\n\r\n",
                "GET /mcp HTTP/2.0\r\nHost: localhost\r\n\r\n",
                "GET /mcp http/1.1\r\nHost: localhost\r\n\r\n",
                "G(T /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n",
                // targets (§3.2): origin-form only
                "GET http://localhost/mcp HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET mcp HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /mcp#fragment HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /mcp\u0001 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /mcp\u00e9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                // Host (§3.2)
                "GET /mcp HTTP/1.1\r\n\r\n",
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
                // the decoder's own idea of an old WebSocket handshake: a body of eight bytes
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nSec-WebSocket-Key1: a\r\nSec-WebSocket-Key2: b\r\n\r\n12345678",
                // HTTP/2 without having agreed on it
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            })
    void requestWhenFramingIsAmbiguousThen400AndNothingIsDispatched(String attack) {
        try (var client = server.connect()) {
            client.sendIfOpen(attack + SMUGGLED);

            var answer = client.read();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.readRest()).isEmpty();
        }
        assertThat(ECHO.opened).hasValue(0);
        assertThat(server.telemetry.refused).containsExactly(Outcome.BAD_FRAMING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5;ext=a\nhello\r\n0\r\n\r\n", // bare LF in an extension (CVE-2025-58056)
                "5;ext=a\rb\r\nhello\r\n0\r\n\r\n", // lone CR in an extension
                "5;\u0001\r\nhello\r\n0\r\n\r\n",
                "5\nhello\r\n0\r\n\r\n",
                "5\r\nhello\n0\r\n\r\n",
                "5\r\nhelloX\r\n0\r\n\r\n", // more than announced
                "5 x\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                "+5\r\nhello\r\n0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "\r\nhello\r\n0\r\n\r\n",
                "100000005\r\nhello\r\n0\r\n\r\n", // overflows 32 bits to 5
                "10000000000000005\r\nhello\r\n0\r\n\r\n",
                "0\r\nno colon\r\n\r\n",
                "0\r\nX : y\r\n\r\n",
                "0\nX: y\r\n\r\n",
            })
    void bodyWhenChunksAreMalformedThen400AndNothingBehindIsDispatched(String chunks) { // T-2
        try (var client = server.connect()) {
            client.sendIfOpen(
                    "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + SMUGGLED);

            var answer = client.read();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.readRest()).isEmpty();
        }
        assertThat(ECHO.opened).hasValue(1);
        assertThat(server.telemetry.refused).containsExactly(Outcome.BAD_FRAMING);
    }

    @Test
    void bodyWhenExtensionIsHugeThenRefused() { // T-2
        try (var client = server.connect()) {
            client.sendIfOpen("POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;e="
                    + "a".repeat(17 * 1024) + "\r\nhello\r\n0\r\n\r\n" + SMUGGLED);

            assertThat(client.read().status()).isEqualTo(400);
            assertThat(client.readRest()).isEmpty();
        }
        assertThat(ECHO.opened).hasValue(1);
    }

    @Test
    void bodyWhenTrailersCarryHeadersThenTheyAreIgnored() { // T-2
        try (var client = server.connect()) {
            client.send(
                    "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n");
            client.send("Authorization: Bearer x\r\nContent-Length: 5\r\nHost: evil.example\r\n\r\n");
            client.send("GET /mcp?second HTTP/1.1\r\nHost: localhost\r\n\r\n");

            assertThat(client.read().body()).isEqualTo("POST  hello");
            assertThat(client.read().body()).isEqualTo("GET second ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\nGET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n", // §2.2: an empty line before is ignored
                "GET /mcp HTTP/1.1\r\nhost:localhost\r\n\r\n",
                "GET /mcp HTTP/1.1\r\nHost: localhost\r\nX-Empty:\r\nX-Spaces:  a  \r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 000\r\n\r\n",
            })
    void requestWhenUnusualButSoundThenAnswered(String request) {
        for (int split = 0; split < 2; split++) {
            try (var client = server.connect()) {
                if (split == 0) {
                    client.send(request);
                } else {
                    request.chars().forEach(c -> client.send(String.valueOf((char) c)));
                }
                assertThat(client.read().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void requestWhenFoldedLineComesByteByByteThen400() {
        try (var client = server.connect()) {
            String attack = "GET /mcp HTTP/1.1\r\nHost: localhost\r\nX-Folded: a\r\n b\r\n\r\n";
            attack.chars().forEach(c -> client.sendIfOpen(String.valueOf((char) c)));

            assertThat(client.read().status()).isEqualTo(400);
        }
        assertThat(ECHO.opened).hasValue(0);
    }
}
