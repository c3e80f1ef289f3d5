package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.telemetry.Outcome;
import dev.portcullis.testing.EchoEndpoint;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** DNS rebinding (T-50, H-10…H-12): Host × Origin × method × path. */
class OriginGateTest {
    private static final Route MCP = route("/mcp", Route.Cors.ALLOWED);
    private static final Route TOKEN = route("/token", Route.Cors.ANY);
    private static final Route AUTHORIZE = route("/authorize", Route.Cors.NONE);

    private static final List<String> OUR_HOSTS = List.of(
            "mcp.example.com", "MCP.Example.COM", "mcp.example.com:443", "mcp.example.com:8443", "other.example:81");
    private static final List<String> LOOPBACK_HOSTS =
            List.of("localhost", "LOCALHOST:8788", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8788");
    private static final List<String> FOREIGN_HOSTS = List.of(
            "evil.example",
            "localhost.evil.example",
            "evil-mcp.example.com",
            "mcp.example.com.evil.example",
            "mcp.example.com.",
            "other.example",
            "other.example:82",
            "127.0.0.1.evil.example",
            "127.0.0.2",
            "0.0.0.0",
            "[::2]",
            "::1",
            "localhost:8788@evil.example",
            "mcp.example.com:x",
            "mcp.example.com:",
            "mcp.example.com,evil.example",
            "");

    private static final List<String> OUR_ORIGINS = List.of(
            "https://mcp.example.com",
            "HTTPS://MCP.example.com",
            "https://mcp.example.com:443",
            "https://friend.example:8443");
    private static final List<String> LOOPBACK_ORIGINS =
            List.of("http://localhost", "http://localhost:6274", "https://127.0.0.1:1", "http://[::1]:3000");
    private static final List<String> FOREIGN_ORIGINS = List.of(
            "null",
            "https://evil.example",
            "http://mcp.example.com",
            "https://mcp.example.com:8443",
            "https://mcp.example.com.",
            "https://mcp.example.com/",
            "https://mcp.example.com.evil.example",
            "https://evil-mcp.example.com",
            "https://friend.example",
            "http://localhost.evil.example",
            "http://localhost:80@evil.example",
            "http://evil.example/localhost",
            "http://127.0.0.1.evil.example",
            "http://[::2]",
            "file://localhost",
            "localhost",
            "http://",
            "http://localhost:",
            "");

    private static Route route(String path, Route.Cors cors) {
        return EchoEndpoint.route(path, path, Route.Access.OPEN, cors, 0, new EchoEndpoint());
    }

    private static OriginGate gate(boolean loopback) {
        return new OriginGate(OriginRules.of(
                URI.create("https://mcp.example.com"),
                List.of("https://friend.example:8443"),
                List.of("other.example:81"),
                loopback));
    }

    private static RequestHead head(HttpMethod method, Route route, @Nullable String host, String... origins) {
        HttpHeaders headers = new DefaultHttpHeaders();
        if (host != null) {
            headers.set("host", host);
        }
        headers.add("origin", List.of(origins));
        return new RequestHead(method, route.path(), "", headers, InetAddress.getLoopbackAddress());
    }

    private static @Nullable Outcome outcome(OriginGate gate, RequestHead head, @Nullable Route route) {
        if (gate.check(head, route) instanceof Verdict.Refuse(Reply reply, Outcome outcome)) {
            assertThat(reply.status().code()).isEqualTo(outcome == Outcome.BAD_HOST ? 421 : 403);
            return outcome;
        }
        return null;
    }

    @TestFactory
    Stream<DynamicTest> matrix() {
        var tests = new ArrayList<DynamicTest>();
        for (boolean loopback : new boolean[] {true, false}) {
            tests.addAll(matrix(loopback, OUR_HOSTS, true));
            tests.addAll(matrix(loopback, LOOPBACK_HOSTS, loopback));
            tests.addAll(matrix(loopback, FOREIGN_HOSTS, false));
        }
        return tests.stream();
    }

    private static List<DynamicTest> matrix(boolean loopback, List<String> hosts, boolean hostGood) {
        OriginGate gate = gate(loopback);
        return hosts.stream()
                .map(host -> DynamicTest.dynamicTest("Host " + host + ", loopback " + loopback, () -> {
                    for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.OPTIONS)) {
                        checkOrigins(gate, method, host, hostGood, loopback);
                    }
                }))
                .toList();
    }

    private static void checkOrigins(
            OriginGate gate, HttpMethod method, String host, boolean hostGood, boolean loopback) {
        Outcome elseOutcome = hostGood ? Outcome.BAD_ORIGIN : Outcome.BAD_HOST;
        Outcome goodOutcome = hostGood ? null : Outcome.BAD_HOST;
        assertThat(outcome(gate, head(method, MCP, host), MCP)).isEqualTo(goodOutcome);
        OUR_ORIGINS.forEach(origin -> assertThat(outcome(gate, head(method, MCP, host, origin), MCP))
                .as(origin)
                .isEqualTo(goodOutcome));
        LOOPBACK_ORIGINS.forEach(origin -> assertThat(outcome(gate, head(method, MCP, host, origin), MCP))
                .as(origin)
                .isEqualTo(loopback ? goodOutcome : elseOutcome));
        FOREIGN_ORIGINS.forEach(origin -> {
            assertThat(outcome(gate, head(method, MCP, host, origin), MCP))
                    .as(origin)
                    .isEqualTo(elseOutcome);
            assertThat(outcome(gate, head(method, MCP, host, origin), null))
                    .as(origin)
                    .isEqualTo(elseOutcome);
        });
    }

    @Test
    void checkWhenHostIsAbsentThen421() {
        assertThat(outcome(gate(true), head(HttpMethod.GET, MCP, null), MCP)).isEqualTo(Outcome.BAD_HOST);
    }

    @Test
    void checkWhenSeveralOriginsThen403() {
        var head = head(HttpMethod.GET, MCP, "localhost", "https://mcp.example.com", "https://mcp.example.com");
        assertThat(outcome(gate(true), head, MCP)).isEqualTo(Outcome.BAD_ORIGIN);
    }

    @Test
    void checkWhenRouteIsForAnyOriginThenAllPass() { // O-4
        FOREIGN_ORIGINS.forEach(origin -> assertThat(
                        outcome(gate(false), head(HttpMethod.POST, TOKEN, "mcp.example.com", origin), TOKEN))
                .isNull());
    }

    @Test
    void checkWhenRouteIsAPageThenOnlyOwnOriginAndNullPass() { // O-63
        OriginGate gate = gate(false);
        assertThat(outcome(gate, head(HttpMethod.POST, AUTHORIZE, "mcp.example.com", "null"), AUTHORIZE))
                .isNull();
        assertThat(outcome(
                        gate,
                        head(HttpMethod.POST, AUTHORIZE, "mcp.example.com", "https://mcp.example.com"),
                        AUTHORIZE))
                .isNull();
        assertThat(outcome(
                        gate, head(HttpMethod.POST, AUTHORIZE, "mcp.example.com", "https://evil.example"), AUTHORIZE))
                .isEqualTo(Outcome.BAD_ORIGIN);
    }

    @Test
    void checkWhenManagementThenAnyHostAndNoOrigin() { // T-119
        var gate = new OriginGate(OriginRules.noBrowsers());
        assertThat(outcome(gate, head(HttpMethod.GET, AUTHORIZE, "10.1.2.3:8789"), AUTHORIZE))
                .isNull();
        assertThat(outcome(gate, head(HttpMethod.GET, AUTHORIZE, "localhost", "http://localhost"), AUTHORIZE))
                .isEqualTo(Outcome.BAD_ORIGIN);
    }
}
