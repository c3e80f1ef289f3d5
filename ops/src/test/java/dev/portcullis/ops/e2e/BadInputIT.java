package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.e2e.ScriptedClient.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input at each endpoint: a clear 4xx, never a 5xx, never a hang, nothing lost: an honest client is served after each. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})");
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String JSON = "application/json";

    @TempDir
    static Path folder;

    private ServerProcess server;
    private ScriptedClient client;
    private Tokens tokens;

    @BeforeAll
    void start() throws Exception {
        server = ServerProcess.start(folder, Map.of("RATE_LIMIT", "off"));
        client = new ScriptedClient(server.uri("/"));
        tokens = client.signIn("alice@example.com");
    }

    @AfterEach
    void honestClientIsStillServed() throws Exception {
        assertThat(client.add(tokens.access(), 2, 3)).isEqualTo("5");
    }

    @AfterAll
    void stop() throws Exception {
        assertThat(server.stop()).isZero();
        assertThat(server.output()).doesNotContain("LEAK");
    }

    /** @param status what must come back: exact, or by its first digit */
    record Case(String name, String request, String status) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void requestWhenInputIsBadThenAnswersClearly(Case bad) throws Exception {
        String answer = exchange(bad.request());
        Matcher status = STATUS.matcher(answer);
        assertThat(status.find()).as("an answer to %s: %s", bad, answer).isTrue();
        assertThat(status.group(1)).as(answer).startsWith(bad.status());
    }

    Stream<Case> badRequests() {
        var cases = new ArrayList<Case>();
        for (String path : List.of("/token", "/revoke")) {
            cases.add(new Case(path + " empty", post(path, FORM, ""), "40"));
            cases.add(new Case(path + " wrong type", post(path, JSON, "{}"), "400"));
            cases.add(new Case(path + " no type", request("POST", path, "Content-Length: 0\r\n", ""), "400"));
            cases.add(new Case(path + " repeated", post(path, FORM, "client_id=a&client_id=b&token=x"), "400"));
            cases.add(new Case(path + " bad escape", post(path, FORM, "client_id=%zz"), "400"));
            cases.add(new Case(path + " bad UTF-8", post(path, FORM, "client_id=%ff%fe"), "400"));
            cases.add(new Case(path + " oversized", post(path, FORM, "client_id=" + "a".repeat(40_000)), "413"));
            cases.add(new Case(path + " wrong method", request("GET", path, "", ""), "405"));
            cases.add(new Case(
                    path + " unknown client",
                    post(path, FORM, "grant_type=refresh_token&refresh_token=x&token=x&client_id=nobody"),
                    "401"));
        }
        cases.add(new Case("/register empty", post("/register", JSON, ""), "400"));
        cases.add(new Case("/register malformed", post("/register", JSON, "{\"redirect_uris\":["), "400"));
        cases.add(new Case("/register array", post("/register", JSON, "[]"), "400"));
        cases.add(new Case("/register deep", post("/register", JSON, "[".repeat(20_000)), "400"));
        cases.add(new Case("/register wrong type", post("/register", FORM, "a=b"), "400"));
        cases.add(new Case(
                "/register oversized",
                post("/register", JSON, "{\"client_name\":\"" + "a".repeat(80_000) + "\"}"),
                "413"));
        cases.add(new Case(
                "/register javascript",
                post("/register", JSON, "{\"redirect_uris\":[\"javascript:alert(1)\"]}"),
                "400"));
        cases.add(new Case("/register wrong method", request("GET", "/register", "", ""), "405"));
        cases.add(new Case("/authorize empty", request("GET", "/authorize", "", ""), "400"));
        cases.add(new Case(
                "/authorize unknown client",
                request("GET", "/authorize?client_id=nobody&redirect_uri=https://evil.example/", "", ""),
                "400"));
        cases.add(new Case("/authorize long", request("GET", "/authorize?state=" + "a".repeat(17_000), "", ""), "414"));
        cases.add(new Case("/authorize POST without form", post("/authorize", FORM, ""), "40"));
        cases.add(new Case(
                "/authorize POST forged", post("/authorize", FORM, "decision=approve&transaction=AAAA"), "40"));
        cases.add(
                new Case("/authorize wrong method", request("PUT", "/authorize", "Content-Length: 0\r\n", ""), "405"));
        cases.add(new Case("/callback empty", request("GET", "/callback", "", ""), "400"));
        cases.add(new Case("/callback unknown state", request("GET", "/callback?state=abc&code=def", "", ""), "400"));
        cases.add(new Case("/callback repeated", request("GET", "/callback?state=abc&state=def", "", ""), "400"));
        cases.add(new Case("/callback wrong method", post("/callback", FORM, ""), "405"));
        cases.add(new Case("/mcp no token", post("/mcp", JSON, "{}"), "401"));
        cases.add(new Case("/mcp bad token", authorized("Bearer nonsense", "{}"), "401"));
        cases.add(
                new Case("/mcp refresh token as access token", authorized("Bearer " + tokens.refresh(), "{}"), "401"));
        cases.add(new Case("/mcp other scheme", authorized("Basic YTpi", "{}"), "401"));
        cases.add(new Case(
                "/mcp token in query",
                request("POST", "/mcp?access_token=" + tokens.access(), "Content-Length: 0\r\n", ""),
                "40"));
        for (String body : List.of(
                "",
                "{",
                "[]",
                "nul",
                "\u0000",
                "{\"jsonrpc\":\"2.0\"}",
                "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}",
                "{}{}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"method\":\"tools/list\"}",
                "[".repeat(100_000),
                "\"" + "a".repeat(1_000_000) + "\"")) {
            cases.add(new Case(
                    "/mcp body " + body.substring(0, Math.min(40, body.length())),
                    authorized("Bearer " + tokens.access(), body),
                    "400"));
        }
        cases.add(new Case("/mcp oversized", declared("/mcp", 10L << 30), "413"));
        cases.add(new Case(
                "/mcp form",
                request("POST", "/mcp", bearer() + "Content-Type: " + FORM + "\r\nContent-Length: 3\r\n", "a=b"),
                "415"));
        cases.add(new Case(
                "/mcp gzip",
                request(
                        "POST",
                        "/mcp",
                        bearer() + "Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n",
                        "{}"),
                "415"));
        cases.add(
                new Case("/mcp wrong method", request("PATCH", "/mcp", bearer() + "Content-Length: 0\r\n", ""), "405"));
        cases.add(new Case(
                "/mcp GET without session",
                request(
                        "GET",
                        "/mcp",
                        bearer() + "Accept: text/event-stream\r\nMCP-Protocol-Version: 2025-11-25\r\n",
                        ""),
                "400"));
        cases.add(new Case(
                "/mcp GET modern",
                request("GET", "/mcp", bearer() + "MCP-Protocol-Version: 2026-07-28\r\n", ""),
                "405"));
        cases.add(new Case("/mcp DELETE without session", request("DELETE", "/mcp", bearer(), ""), "400"));
        cases.add(new Case(
                "/mcp unknown session", request("DELETE", "/mcp", bearer() + "Mcp-Session-Id: abcdef\r\n", ""), "404"));
        cases.add(new Case(
                "foreign origin",
                request("POST", "/mcp", bearer() + "Origin: http://evil.example\r\nContent-Length: 0\r\n", ""),
                "403"));
        cases.add(new Case(
                "foreign host", "GET /mcp HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "421"));
        cases.add(new Case("no host", "GET /mcp HTTP/1.1\r\nConnection: close\r\n\r\n", "4"));
        cases.add(new Case("no such path", request("GET", "/nothing", "", ""), "404"));
        cases.add(new Case("openid-configuration", request("GET", "/.well-known/openid-configuration", "", ""), "404"));
        cases.add(new Case(
                "two lengths",
                request("POST", "/mcp", bearer() + "Content-Length: 2\r\nContent-Length: 3\r\n", "{}"),
                "400"));
        cases.add(new Case(
                "length and chunks",
                request("POST", "/mcp", bearer() + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
                "400"));
        cases.add(new Case("large headers", request("GET", "/mcp", "X-A: " + "a".repeat(40_000) + "\r\n", ""), "431"));
        cases.add(new Case("not HTTP", "\u0016\u0003\u0001\r\n\r\n", "400"));
        return cases.stream();
    }

    @Test
    void requestWhenPeerLeavesInTheMiddleThenServerLosesNothing() throws Exception {
        String whole = authorized(
                "Bearer " + tokens.access(), "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{}}");
        for (int cut = 1; cut < whole.length(); cut += 7) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.getOutputStream().write(whole.substring(0, cut).getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            }
        }
    }

    private String exchange(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            } catch (IOException e) {
                // Refused before all of it was sent; the answer may have arrived all the same.
            }
            return readAnswer(socket.getInputStream());
        }
    }

    private static String readAnswer(InputStream in) {
        var answer = new StringBuilder();
        byte[] buffer = new byte[8192];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                answer.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // Cut after the answer, since the rest of the request was not read.
        }
        return answer.toString();
    }

    private String bearer() {
        return "Authorization: Bearer " + tokens.access() + "\r\n";
    }

    private String authorized(String authorization, String body) {
        return request(
                "POST",
                "/mcp",
                "Authorization: " + authorization
                        + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
                        + "MCP-Protocol-Version: 2026-07-28\r\nContent-Length: " + body.length() + "\r\n",
                body);
    }

    private String declared(String path, long length) {
        return request(
                "POST", path, bearer() + "Content-Type: application/json\r\nContent-Length: " + length + "\r\n", "");
    }

    private String post(String path, String type, String body) {
        return request("POST", path, "Content-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n", body);
    }

    private String request(String method, String target, String headers, String body) {
        return method + " " + target + " HTTP/1.1\r\nHost: localhost:" + server.port() + "\r\nConnection: close\r\n"
                + headers + "\r\n" + body;
    }
}
