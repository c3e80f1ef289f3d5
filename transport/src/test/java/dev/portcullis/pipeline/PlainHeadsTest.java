package dev.portcullis.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.http.HttpLimits;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is read without Netty's decoder, Netty's decoder reads alike; whatever is odd is left to it (T-1, T-2). */
class PlainHeadsTest {
    private static final HttpLimits LIMITS = HttpLimits.DEFAULT;
    private static final int ROUNDS = 20_000;

    /** What a mutation puts in: all that ever confused a parser, and some that never did. */
    private static final String[] PIECES = {
        "\r", "\n", "\r\n", "\r\n\r\n", " ", "  ", "\t", ":", "\u0000", "\u000b", "\u007f", "é", "\u0080", ",", ";", "0", "+", "-",
        "\"", "#", "/", "?", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "http/1.1", "GET ", "POST ", "PUT ", "Content-Length: 3\r\n",
        "Content-Length: 3, 3\r\n", "content-length:007\r\n", "Content-Length: +3\r\n", "Content-Length : 3\r\n",
        "Transfer-Encoding: chunked\r\n", "tRANSFER-encoding: identity\r\n", "Expect: 100-continue\r\n", "Host: a\r\n", " folded\r\n",
        "\tfolded\r\n", "Upgrade: h2c\r\n", "Sec-WebSocket-Key1: 1\r\n", "Connection: close\r\n", "x:y\r\n", "x:\r\n", ": x\r\n",
        "no colon\r\n",
    };

    @Test
    void readWhenAnythingThenNothingOrWhatNettyReads() {
        var random = new Random(42);
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            String bytes = mutated(request(random), random);
            var plain = read(bytes, null);
            if (plain != null) {
                read++;
                assertSame(plain, bytes);
            }
        }
        assertThat(read).as("mutated requests that were read").isBetween(ROUNDS / 10, ROUNDS * 9 / 10);
    }

    @Test
    void readWhenUsualThenAlways() {
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            String bytes = request(random);

            assertSame(Objects.requireNonNull(read(bytes, null), bytes), bytes);
        }
    }

    private static void assertSame(PlainRequest plain, String bytes) {
        var parts = decoded(bytes);
        assertThat(parts).as(bytes).isNotEmpty();
        var netty = (HttpRequest) parts.getFirst();
        assertThat(netty.decoderResult().isSuccess()).as(bytes).isTrue();
        assertThat(plain.method()).isEqualTo(netty.method());
        assertThat(plain.uri()).isEqualTo(netty.uri());
        assertThat(plain.protocolVersion()).isEqualTo(netty.protocolVersion());
        assertThat(lines(plain.headers())).as(bytes).isEqualTo(lines(netty.headers()));
        for (String name : netty.headers().names()) {
            assertSameField(plain.headers(), netty.headers(), name);
        }
        assertSameField(plain.headers(), netty.headers(), "absent");
        int bodyBytes = 0;
        boolean whole = false;
        for (Object part : parts.subList(1, parts.size())) {
            if (part instanceof HttpRequest) {
                break;
            }
            var content = (HttpContent) part;
            assertThat(content.decoderResult().isSuccess()).as(bytes).isTrue();
            bodyBytes += content.content().readableBytes();
            whole |= part instanceof LastHttpContent;
        }
        int behind = bytes.length() - plain.headBytes();
        assertThat(plain.bodyBytes()).as(bytes).isGreaterThanOrEqualTo(bodyBytes);
        assertThat(whole).as(bytes).isEqualTo(plain.bodyBytes() <= behind);
        if (whole) {
            assertThat(plain.bodyBytes()).as(bytes).isEqualTo(bodyBytes);
        }
        parts.forEach(ReferenceCountUtil::release);
    }

    private static List<String> lines(HttpHeaders headers) {
        return headers.entries().stream()
                .map(field -> field.getKey() + ": " + field.getValue())
                .toList();
    }

    private static void assertSameField(HttpHeaders plain, HttpHeaders netty, String name) {
        for (CharSequence written : List.of(
                name,
                name.toUpperCase(Locale.ROOT),
                name.toLowerCase(Locale.ROOT),
                AsciiString.of(name.toUpperCase(Locale.ROOT)))) {
            assertThat(plain.get(written)).isEqualTo(netty.get(written));
            assertThat(plain.getAll(written)).isEqualTo(netty.getAll(written));
            assertThat(plain.contains(written)).isEqualTo(netty.contains(written));
        }
    }

    private static List<Object> decoded(String bytes) {
        var channel = new EmbeddedChannel(new HttpRequestDecoder());
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
        var parts = new ArrayList<>();
        for (Object part = channel.readInbound(); part != null; part = channel.readInbound()) {
            parts.add(part);
        }
        channel.finishAndReleaseAll();
        return parts;
    }

    private static @Nullable PlainRequest read(String bytes, @Nullable PlainRequest before) {
        var in = Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1);
        try {
            var request = PlainHeads.read(in, before, LIMITS);
            assertThat(in.readerIndex()).isZero();
            return request;
        } finally {
            in.release();
        }
    }

    private static String request(Random random) {
        String[] methods = {"GET", "POST", "DELETE"};
        var text = new StringBuilder(methods[random.nextInt(3)]).append(" /mcp");
        text.append(random.nextBoolean() ? "?a=b&c" : "").append(" HTTP/1.1\r\nHost: localhost:8788\r\n");
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(random.nextBoolean() ? "X-" : "mcp-param-").append(random.nextInt(5));
            text.append(random.nextBoolean() ? ": " : ":\t ").append("v ~\t".repeat(random.nextInt(5)));
            text.append(random.nextBoolean() ? " \r\n" : "z\r\n");
        }
        int body = random.nextInt(3) * random.nextInt(40);
        if (body > 0 || random.nextBoolean()) {
            text.append(random.nextBoolean() ? "Content-Length: " : "content-length:").append(body).append("\r\n");
        }
        return text.append("\r\n").append("b".repeat(body)).toString();
    }

    private static String mutated(String bytes, Random random) {
        String mutated = bytes;
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(mutated.length());
            int to = random.nextBoolean() ? at : Math.min(mutated.length(), at + random.nextInt(4));
            mutated = mutated.substring(0, at) + PIECES[random.nextInt(PIECES.length)] + mutated.substring(to);
        }
        return mutated;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PUT / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.0\r\n\r\n",
                "GET / HTTP/1.1\n\n",
                "\r\nGET / HTTP/1.1\r\n\r\n",
                "GET  / HTTP/1.1\r\n\r\n",
                "GET /  HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1 \r\n\r\n",
                "GET /\u00e9 HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
                "GET / HTTP/1.1\r\nA : b\r\n\r\n",
                "GET / HTTP/1.1\r\nA: \u0001\r\n\r\n",
                "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
                "GET / HTTP/1.1\r\nA: \u00e9\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n1",
                "POST / HTTP/1.1\r\nContent-Length: \r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 1234567890\r\n\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nexpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
                "GET / HTTP/1.1\r\nA: b\r\n", // not whole
            })
    void readWhenUnusualThenNothing(String bytes) {
        assertThat(read(bytes, null)).isNull();
    }

    @Test
    void readWhenSameHeadAgainThenSameRequest() {
        String head = "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
        var first = read(head + "{}", null);

        assertThat(read(head + "[]more", first)).isSameAs(first);
        assertThat(read(head.replace("Host: a", "Host: b"), first)).isNotSameAs(first);
        assertThat(read(head.replace("Host: a", "Host: a\r\nX: y"), first)).isNotSameAs(first);
        assertThat(read(head.substring(0, head.length() - 1), first)).isNull();
    }

    /** What the gates take away from a request has to be there for the gates again in the next one (T-86). */
    @Test
    void readWhenAFieldWasTakenFromTheRequestBeforeThenAnew() {
        String head = "GET /mcp HTTP/1.1\r\nA: 1\r\nB: 2\r\na: 3\r\n\r\n";
        var first = Objects.requireNonNull(read(head, null));

        first.headers().remove("A");

        assertThat(lines(first.headers())).containsExactly("B: 2");
        var second = Objects.requireNonNull(read(head, first));
        assertThat(second).isNotSameAs(first);
        assertThat(second.headers().getAll("a")).containsExactly("1", "3");
    }

    @Test
    void headersWhenSetThenRefused() {
        var headers =
                Objects.requireNonNull(read("GET / HTTP/1.1\r\n\r\n", null)).headers();

        assertThat(headers.isEmpty()).isTrue();
        assertThatThrownBy(() -> headers.set("a", "b")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> headers.add("a", "b")).isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {PlainHeads.FIELDS_MAX, PlainHeads.FIELDS_MAX + 1})
    void readAroundFieldsMax(int fields) {
        var request = read("GET / HTTP/1.1\r\n" + "A: b\r\n".repeat(fields) + "\r\n", null);

        assertThat(request != null).isEqualTo(fields == PlainHeads.FIELDS_MAX);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void readAroundHeadBytesMax(int more) {
        String frame = "GET / HTTP/1.1\r\nA: \r\n\r\n";
        String value = "a".repeat(PlainHeads.HEAD_BYTES_MAX - frame.length() + more);

        assertThat(read(frame.replace("A: ", "A: " + value), null) != null).isEqualTo(more == 0);
    }
}
