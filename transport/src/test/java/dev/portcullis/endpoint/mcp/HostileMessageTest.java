package dev.portcullis.endpoint.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testing.Await;
import dev.portcullis.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Right messages with something wrong in them: each member of each method, and bytes anywhere. Never a 5xx, never a hang, nothing left (T-24). */
class HostileMessageTest {
    static final List<String> ALL = List.of("2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05");
    private static final String CLIENT = "{\"name\":\"test\",\"version\":\"1\"}";
    private static final int MUTATIONS = 1_500;

    /** What takes the place of a value; null takes it out. */
    private static final List<@Nullable String> INSTEAD = Arrays.asList(
            null, "null", "true", "7", "-1.5", "1e400", "\"\"", "\"x\"", "[]", "[7,{}]", "{}", "{\"x\":null}");

    /** Params of a right request of each method, as JSON by member. */
    private static Map<String, Map<String, String>> methods() {
        var all = new LinkedHashMap<String, Map<String, String>>();
        all.put(
                "initialize",
                Map.of("protocolVersion", "\"2025-11-25\"", "capabilities", "{\"roots\":{}}", "clientInfo", CLIENT));
        all.put("ping", Map.of());
        all.put("server/discover", Map.of());
        all.put("tools/list", Map.of("cursor", "\"x\""));
        all.put(
                "tools/call",
                Map.of(
                        "name",
                        "\"add\"",
                        "arguments",
                        "{\"a\":1,\"b\":2}",
                        "task",
                        "{\"ttl\":1}",
                        "requestState",
                        "\"x\"",
                        "inputResponses",
                        "{}"));
        all.put("prompts/list", Map.of("cursor", "\"x\""));
        all.put("prompts/get", Map.of("name", "\"greet\"", "arguments", "{\"who\":\"x\"}"));
        all.put("resources/list", Map.of("cursor", "\"x\""));
        all.put("resources/templates/list", Map.of("cursor", "\"x\""));
        all.put("resources/read", Map.of("uri", "\"test://note\""));
        all.put("resources/subscribe", Map.of("uri", "\"test://note\""));
        all.put("resources/unsubscribe", Map.of("uri", "\"test://note\""));
        all.put(
                "completion/complete",
                Map.of(
                        "ref",
                        "{\"type\":\"ref/prompt\",\"name\":\"greet\"}",
                        "argument",
                        "{\"name\":\"who\",\"value\":\"x\"}",
                        "context",
                        "{\"arguments\":{}}"));
        all.put("logging/setLevel", Map.of("level", "\"debug\""));
        all.put(
                "subscriptions/listen",
                Map.of("notifications", "{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"test://note\"]}"));
        for (String task : List.of("tasks/get", "tasks/cancel", "tasks/result", "tasks/update")) {
            all.put(task, Map.of("taskId", "\"x\"", "inputResponses", "{}"));
        }
        all.put("tasks/list", Map.of("cursor", "\"x\""));
        all.put("notifications/cancelled", Map.of("requestId", "7", "reason", "\"x\""));
        all.put("notifications/progress", Map.of("progressToken", "1", "progress", "1"));
        all.put("notifications/initialized", Map.of());
        all.put("notifications/roots/list_changed", Map.of());
        return all;
    }

    private static Map<String, String> meta(boolean modern) {
        var meta = new LinkedHashMap<String, String>();
        meta.put("progressToken", "1");
        if (modern) {
            meta.put("io.modelcontextprotocol/protocolVersion", "\"2026-07-28\"");
            meta.put("io.modelcontextprotocol/clientCapabilities", "{\"elicitation\":{}}");
            meta.put("io.modelcontextprotocol/clientInfo", CLIENT);
            meta.put("io.modelcontextprotocol/logLevel", "\"debug\"");
            meta.put("traceparent", "\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"");
        }
        return meta;
    }

    private static String object(Map<String, String> members) {
        var text = new StringBuilder("{");
        members.forEach((name, value) -> text.append(text.length() > 1 ? "," : "")
                .append('"')
                .append(name)
                .append("\":")
                .append(value));
        return text.append('}').toString();
    }

    private static Map<String, String> with(Map<String, String> members, String name, @Nullable String value) {
        var changed = new LinkedHashMap<>(members);
        if (value == null) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        return changed;
    }

    private static Map<String, String> envelope(String method, Map<String, String> params, Map<String, String> meta) {
        var all = new LinkedHashMap<String, String>();
        all.put("jsonrpc", "\"2.0\"");
        if (!method.startsWith("notifications/")) {
            all.put("id", "7");
        }
        all.put("method", "\"" + method + "\"");
        all.put("params", object(with(params, "_meta", object(meta))));
        return all;
    }

    /** Every member of a method's message in turn, absent and of each wrong type. */
    private static List<String> confused(String method, Map<String, String> params, boolean modern) {
        var all = new ArrayList<String>();
        var meta = meta(modern);
        all.add(object(envelope(method, params, meta)));
        for (String instead : INSTEAD) {
            envelope(method, params, meta)
                    .keySet()
                    .forEach(member -> all.add(object(with(envelope(method, params, meta), member, instead))));
            params.keySet().forEach(member -> all.add(object(envelope(method, with(params, member, instead), meta))));
            meta.keySet().forEach(member -> all.add(object(envelope(method, params, with(meta, member, instead)))));
            all.add(object(with(envelope(method, params, meta), "params", object(with(params, "_meta", instead)))));
        }
        return all;
    }

    /** Sends on one connection for as long as it lives: a stream ends it. */
    private static final class Sender implements AutoCloseable {
        private final Wire wire;
        private RawClient client;

        Sender(Wire wire) {
            this.wire = wire;
            this.client = wire.server.connect();
        }

        int send(String target, byte[] body, String... headers) {
            wire.write(client, "ada", "POST", target, body, headers);
            var head = client.readHead();
            String length = head.header("content-length");
            if (head.header("content-type").equals("text/event-stream")
                    || head.header("connection").equals("close")) {
                client.close();
                client = wire.server.connect();
            } else if (!length.isEmpty()) {
                client.readBytes(Integer.parseInt(length));
            }
            return head.status();
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private static void assertNothingIsLeft(Wire wire) {
        assertThat(wire.post(Wire.initialize("2025-11-25")).status()).isEqualTo(200); // it still serves
        wire.fixture.goOn.release(10_000);
        Await.until("no tool runs", () -> wire.fixture.running.get() == 0);
        Await.until("all streams have closed", () -> wire.fixture.streams.get() == 0);
        Await.until("no connection is left", () -> wire.server.telemetry.connections.get() == 0);
    }

    // T-24, H-41 to H-45, H-112
    @ParameterizedTest
    @FieldSource("ALL")
    void postWhenAMemberIsOfTheWrongTypeThenIsRefusedCleanly(String version) {
        boolean modern = version.equals(Wire.MODERN);
        try (var wire = new Wire()) {
            String[] session = modern
                    ? new String[0]
                    : new String[] {"Mcp-Session-Id", wire.session(version), "MCP-Protocol-Version", version};
            try (var sender = new Sender(wire)) {
                methods().forEach((method, params) -> {
                    String name = params.containsKey("name")
                            ? params.get("name")
                            : params.getOrDefault("uri", params.get("taskId"));
                    String[] headers = modern
                            ? new String[] {
                                "MCP-Protocol-Version",
                                version,
                                "Mcp-Method",
                                method,
                                "Mcp-Name",
                                name == null ? "-" : name.replace("\"", "")
                            }
                            : session;
                    for (String body : confused(method, params, modern)) {
                        int status = sender.send("/mcp", body.getBytes(StandardCharsets.UTF_8), headers);
                        assertThat(status).as(body).isIn(modern ? List.of(200, 202, 400, 404) : List.of(200, 202, 400));
                    }
                });
            }
            assertNothingIsLeft(wire);
        }
    }

    // T-24 through HTTP+SSE: what is taken is answered on the stream, which survives
    @Test
    void messageWhenAMemberIsOfTheWrongTypeThenStreamSurvives() {
        try (var wire = new Wire()) {
            try (var sender = new Sender(wire)) {
                methods().forEach((method, params) -> {
                    try (var client = wire.legacy("ada")) {
                        client.initialize("2025-11-25");
                        for (String body : confused(method, params, false)) {
                            int status = sender.send(client.target, body.getBytes(StandardCharsets.UTF_8));
                            assertThat(status).as(body).isIn(202, 400);
                        }
                        client.post("{\"jsonrpc\":\"2.0\",\"id\":\"last\",\"method\":\"ping\"}");
                        String data = client.stream.next().data();
                        while (!data.contains("\"last\"")) {
                            assertThat(data).startsWith("{\"jsonrpc\":\"2.0\","); // none is broken
                            data = client.stream.next().data();
                        }
                    }
                });
            }
            assertNothingIsLeft(wire);
        }
    }

    // T-20 to T-25 in the bytes of HTTP: flipped, cut, doubled, moved
    @Test
    void postWhenBytesAreMutatedThenIsNeverAFault() {
        var random = new Random(24);
        try (var wire = new Wire()) {
            String b = wire.session("2025-03-26");
            String d = wire.session("2025-11-25");
            var messages = new ArrayList<byte[]>();
            methods().forEach((method, params) -> {
                for (boolean modern : new boolean[] {true, false}) {
                    String text = object(envelope(method, params, meta(modern)));
                    messages.add(text.getBytes(StandardCharsets.UTF_8));
                    messages.add(("[" + text + "," + text + "]").getBytes(StandardCharsets.UTF_8));
                }
            });
            try (var legacy = wire.legacy("ada");
                    var sender = new Sender(wire)) {
                legacy.initialize("2025-03-26");
                for (int i = 0; i < MUTATIONS; i++) {
                    byte[] body = mutate(messages.get(random.nextInt(messages.size())), random);
                    int status = switch (random.nextInt(4)) {
                        case 0 ->
                            sender.send(
                                    "/mcp",
                                    body,
                                    "MCP-Protocol-Version",
                                    "2026-07-28",
                                    "Mcp-Method",
                                    "tools/call",
                                    "Mcp-Name",
                                    "add");
                        case 1 -> sender.send("/mcp", body, "Mcp-Session-Id", b);
                        case 2 -> sender.send("/mcp", body, "Mcp-Session-Id", d);
                        default -> sender.send(legacy.target, body);
                    };
                    assertThat(status)
                            .as(new String(body, StandardCharsets.UTF_8))
                            .isIn(200, 202, 400, 404);
                }
            }
            assertNothingIsLeft(wire);
        }
    }

    private static byte[] mutate(byte[] message, Random random) {
        byte[] bytes = message.clone();
        for (int changes = random.nextInt(3); changes >= 0; changes--) {
            int at = random.nextInt(Math.max(1, bytes.length));
            int length = random.nextInt(Math.min(20, bytes.length - at + 1) + 1);
            length = Math.min(length, bytes.length - at);
            bytes = switch (random.nextInt(5)) {
                case 0 -> flip(bytes, at, random);
                case 1 -> Arrays.copyOf(bytes, at);
                case 2 -> join(bytes, at, Arrays.copyOfRange(bytes, at, at + length), at);
                case 3 -> join(bytes, at, new byte[0], at + length);
                default ->
                    join(
                            bytes,
                            at,
                            "{\"[,]:}\\\u0000null1e9"
                                    .substring(random.nextInt(8))
                                    .getBytes(StandardCharsets.UTF_8),
                            at);
            };
        }
        return bytes;
    }

    private static byte[] flip(byte[] bytes, int at, Random random) {
        if (bytes.length > 0) {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    /** @return the first {@code at} bytes, others, and the rest from somewhere */
    private static byte[] join(byte[] bytes, int at, byte[] middle, int restFrom) {
        byte[] joined = Arrays.copyOf(bytes, at + middle.length + bytes.length - restFrom);
        System.arraycopy(middle, 0, joined, at, middle.length);
        System.arraycopy(bytes, restFrom, joined, at + middle.length, bytes.length - restFrom);
        return joined;
    }
}
