package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcErrorCode;
import dev.portcullis.jsonrpc.JsonRpcException;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.jsonrpc.JsonRpcMessage.Notification;
import dev.portcullis.jsonrpc.JsonRpcMessage.Request;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.registry.ToolResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * T-24: every request of every revision, made from the published schemas, with each of its members in turn missing or of another type. The envelope is refused by
 * its rules (H-41 to H-45), the rest by whoever reads it; nothing may be our own error.
 */
class TypeConfusionTest {
    private static final List<String> OTHERS =
            List.of("null", "\"text\"", "7", "-1.5", "true", "[]", "[{\"a\":1}]", "{}", "{\"a\":[]}");
    private static final int DEPTH_MAX = 4;

    /** The requests and notifications that clients send, by method: an example of their params, with all that may stand there. */
    private static final class Schemas {
        private final Map<?, ?> definitions;
        private final Map<String, Object> examples = new LinkedHashMap<>();

        Schemas(ProtocolVersion version) throws IOException {
            try (InputStream in = TypeConfusionTest.class.getResourceAsStream("/schema/" + version.text() + ".json")) {
                var root = (Map<?, ?>) Json.tree(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                definitions = (Map<?, ?>) (root.containsKey("$defs") ? root.get("$defs") : root.get("definitions"));
            }
            for (var kind : List.of("ClientRequest", "ClientNotification")) {
                var union = (Map<?, ?>) definitions.get(kind);
                var choices = union.get("anyOf") instanceof List<?> any ? any : List.of(union);
                for (var choice : choices) {
                    var properties = (Map<?, ?>) resolved(choice).get("properties");
                    var method = (Map<?, ?>) properties.get("method");
                    Object params = properties.containsKey("params") ? example(properties.get("params"), 0) : Map.of();
                    examples.put(String.valueOf(method.get("const")), params);
                }
            }
        }

        private Map<?, ?> resolved(Object schema) {
            var map = (Map<?, ?>) schema;
            return map.get("$ref") instanceof String ref
                    ? (Map<?, ?>) definitions.get(ref.substring(ref.lastIndexOf('/') + 1))
                    : map;
        }

        private Object example(Object schema, int depth) {
            var map = resolved(schema);
            for (var choices : List.of("anyOf", "oneOf", "allOf")) {
                if (map.get(choices) instanceof List<?> list) {
                    return example(list.getFirst(), depth);
                }
            }
            if (map.containsKey("const")) {
                return map.get("const");
            }
            if (map.get("enum") instanceof List<?> list) {
                return list.getFirst();
            }
            Object type = map.get("type") instanceof List<?> types ? types.getFirst() : map.get("type");
            return switch (String.valueOf(type)) {
                case "string" -> "text";
                case "integer", "number" -> 1;
                case "boolean" -> true;
                case "array" ->
                    depth < DEPTH_MAX && map.containsKey("items")
                            ? List.of(example(map.get("items"), depth + 1))
                            : List.of();
                default -> {
                    var members = new LinkedHashMap<String, Object>();
                    if (depth < DEPTH_MAX && map.get("properties") instanceof Map<?, ?> properties) {
                        properties.forEach((name, it) -> members.put((String) name, example(it, depth + 1)));
                    }
                    yield members;
                }
            };
        }
    }

    /** Writes a value, with the member that a path leads to replaced, or left out if {@code other} is empty. */
    private static void write(Object value, List<String> path, String other, JsonWriter out) {
        switch (value) {
            case Map<?, ?> members -> {
                out.beginObject();
                members.forEach((name, member) -> {
                    boolean onPath = !path.isEmpty() && path.getFirst().equals(name);
                    if (!onPath || path.size() > 1) {
                        out.name((String) name);
                        write(member, onPath ? path.subList(1, path.size()) : List.of(), other, out);
                    } else if (!other.isEmpty()) {
                        out.name((String) name).copy(other.getBytes(StandardCharsets.UTF_8));
                    }
                });
                out.endObject();
            }
            case List<?> elements -> {
                out.beginArray();
                elements.forEach(
                        element -> write(element, path.isEmpty() ? path : path.subList(1, path.size()), other, out));
                out.endArray();
            }
            case String text -> out.string(text);
            case Boolean flag -> out.bool(flag);
            default -> out.number(((Number) value).doubleValue());
        }
    }

    private static String mutated(Object value, List<String> path, String other) {
        try (var out = JsonWriter.take()) {
            write(value, path, other, out);
            return out.toString();
        }
    }

    private static void paths(Object value, List<String> here, List<List<String>> all) {
        if (!here.isEmpty()) {
            all.add(here);
        }
        var inside = value instanceof List<?> list && !list.isEmpty() ? Map.of("0", list.getFirst()) : value;
        if (inside instanceof Map<?, ?> members) {
            members.forEach((name, member) -> {
                var path = new ArrayList<>(here);
                path.add((String) name);
                paths(member, path, all);
            });
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void dispatchWhenAMemberOfParamsIsOfAnotherTypeThenItIsNeverOurError(ProtocolVersion version) throws Exception {
        int tried = 0;
        try (var fixture =
                new DispatcherFixture(TestTool.add(), TestTool.of("text", call -> ToolResult.text("done")))) {
            for (var entry : new Schemas(version).examples.entrySet()) {
                var paths = new ArrayList<List<String>>();
                paths(entry.getValue(), List.of(), paths);
                for (var path : paths) {
                    for (var other : OTHERS) {
                        send(fixture, version, entry.getKey(), mutated(entry.getValue(), path, other));
                        tried++;
                    }
                    send(fixture, version, entry.getKey(), mutated(entry.getValue(), path, ""));
                }
            }
        }
        assertThat(tried).isGreaterThan(300);
    }

    private static void send(DispatcherFixture fixture, ProtocolVersion version, String method, String params)
            throws Exception {
        if (method.startsWith("notifications/")) {
            var notification = (Notification)
                    message("{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":" + params + "}");
            var meta = RequestParams.of(notification.params());
            if (version.hasSessions()) {
                fixture.dispatcher.notified(notification, meta, fixture.session(version, ADA));
            }
            return;
        }
        var request = DispatcherFixture.request(method, params);
        if (method.equals(McpMethod.INITIALIZE.text())) {
            try {
                fixture.openSession(request);
            } catch (McpException e) {
                assertThat(e.error().code()).as(params).isNotEqualTo(JsonRpcErrorCode.INTERNAL_ERROR.number());
            }
            return;
        }
        var sink = new RecordingSink();
        var pending = fixture.dispatch(version, ADA, request, sink);
        if (pending != null && method.equals(McpMethod.LISTEN.text())) {
            pending.end(); // a stream that was opened would stay open
        }
        assertThat(sink.awaitEnd())
                .as("%s %s", method, params)
                .doesNotContain("-32603")
                .doesNotStartWith("5");
    }

    // H-41 to H-45
    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void readWhenAMemberOfTheEnvelopeIsOfAnotherTypeThenIsAnInvalidRequest(ProtocolVersion version) throws Exception {
        for (var entry : new Schemas(version).examples.entrySet()) {
            var envelope = new LinkedHashMap<String, Object>();
            envelope.put("jsonrpc", "2.0");
            envelope.put("id", 7);
            envelope.put("method", entry.getKey());
            envelope.put("params", entry.getValue());
            assertThat(message(mutated(envelope, List.of(), ""))).isInstanceOf(Request.class);
            for (var member : envelope.keySet()) {
                for (var other : OTHERS) {
                    boolean fits = switch (member) {
                        case "id" -> other.equals("7") || other.startsWith("\"");
                        case "method" -> other.startsWith("\"");
                        case "params" -> other.startsWith("{");
                        default -> false;
                    };
                    read(mutated(envelope, List.of(member), other), fits ? Request.class : null);
                }
            }
            read(mutated(envelope, List.of("jsonrpc"), ""), null);
            read(mutated(envelope, List.of("method"), ""), null);
            read(mutated(envelope, List.of("id"), ""), Notification.class);
            read(mutated(envelope, List.of("params"), ""), Request.class);
        }
    }

    private static void read(String text, Class<? extends JsonRpcMessage> expected) {
        if (expected != null) {
            assertThat(message(text)).as(text).isInstanceOf(expected);
        } else {
            assertThatThrownBy(() -> message(text))
                    .as(text)
                    .cause()
                    .isInstanceOfSatisfying(
                            JsonRpcException.class,
                            e -> assertThat(e.code()).isEqualTo(JsonRpcErrorCode.INVALID_REQUEST));
        }
    }
}
