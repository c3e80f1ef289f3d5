package dev.portcullis.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcMessage.Batch;
import dev.portcullis.jsonrpc.JsonRpcMessage.ErrorResponse;
import dev.portcullis.jsonrpc.JsonRpcMessage.Invalid;
import dev.portcullis.jsonrpc.JsonRpcMessage.Item;
import dev.portcullis.jsonrpc.JsonRpcMessage.Notification;
import dev.portcullis.jsonrpc.JsonRpcMessage.Request;
import dev.portcullis.jsonrpc.JsonRpcMessage.Response;
import dev.portcullis.jsonrpc.JsonRpcMessage.Single;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What must hold for any message, tried on messages made by chance. A failure names the seed that made it. */
class JsonRpcPropertyTest {
    private static final int BYTES_MAX = 4 * 1024 * 1024;
    private static final int ROUNDS = 3_000;

    /** A reader that is not ours. */
    private static final JsonMapper OTHER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** The same for numbers past what a decimal can be. */
    private static final JsonMapper OTHER_OF_DOUBLES = OTHER.rebuild()
            .disable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    /** A message, and what must be read from it. */
    private record Made(String text, String meaning) {
        byte[] bytes() {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    @Test
    @Timeout(300)
    void readWhenMessageIsSoundThenGivesWhatItMeansInAnyParts() {
        for (int round = 0; round < ROUNDS; round++) {
            var made = any();
            assertThat(outcome(made.bytes(), Integer.MAX_VALUE))
                    .as(made.text + seeded())
                    .isEqualTo(made.meaning);
            for (int partBytesMax : new int[] {1, 2, 9, 60}) {
                assertThat(outcome(made.bytes(), partBytesMax))
                        .as(made.text + seeded())
                        .isEqualTo(made.meaning);
            }
        }
    }

    @Test
    @Timeout(300)
    void readWhenMessageIsSplitAtAnyPlaceThenGivesTheSame() {
        for (int round = 0; round < 30; round++) {
            var made = any();
            byte[] bytes = made.bytes();
            for (int split = 1; split < bytes.length; split++) {
                var reader = new Reader();
                reader.read(bytes, 0, split);
                reader.read(bytes, split, bytes.length - split);
                assertThat(reader.end())
                        .as(made.text + " split at " + split + seeded())
                        .isEqualTo(made.meaning);
            }
        }
    }

    @Test
    @Timeout(300)
    void readWhenMessageIsMutatedThenGivesTheSameInAnyPartsAndNothingOthersWouldRefuse() {
        int read = 0;
        int refused = 0;
        for (int round = 0; round < 4 * ROUNDS; round++) {
            byte[] bytes = mutate(any());
            String whole = outcome(bytes, Integer.MAX_VALUE);
            String shown = new String(bytes, StandardCharsets.UTF_8) + seeded();
            assertThat(outcome(bytes, 1 + random.nextInt(30))).as(shown).isEqualTo(whole);
            assertThat(outcome(bytes, 1)).as(shown).isEqualTo(whole);
            if (whole.startsWith("refused PARSE_ERROR")) {
                refused++;
            } else {
                read++;
                assertThat(isReadByOthers(bytes)).as(shown).isTrue();
            }
        }
        assertThat(read).isGreaterThan(ROUNDS / 4); // else little was tried
        assertThat(refused).isGreaterThan(ROUNDS);
    }

    private static boolean isReadByOthers(byte[] bytes) {
        try {
            OTHER_OF_DOUBLES.readTree(bytes);
            return true;
        } catch (JacksonException e) {
            return false;
        }
    }

    @Test
    @Timeout(300)
    void paramsWhenReadThenMeanToUsWhatTheyMeanToOthers() {
        for (int round = 0; round < ROUNDS; round++) {
            String params = object(4);
            var raw = ((Notification) decode("{\"params\":" + params + ",\"method\":\"m\",\"jsonrpc\":\"2.0\"}"))
                    .params();
            assertThat(String.valueOf(Json.tree(raw.text())))
                    .as(params + seeded())
                    .isEqualTo(plain(OTHER.readTree(params)));
        }
    }

    private static String plain(tools.jackson.databind.JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> {
                var members = new ArrayList<String>();
                node.properties().forEach(it -> members.add(it.getKey() + "=" + plain(it.getValue())));
                yield "{" + String.join(", ", members) + "}";
            }
            case ARRAY -> {
                var elements = new ArrayList<String>();
                node.forEach(it -> elements.add(plain(it)));
                yield "[" + String.join(", ", elements) + "]";
            }
            case STRING -> node.stringValue();
            case NUMBER -> node.decimalValue().toString();
            case BOOLEAN -> String.valueOf(node.booleanValue());
            default -> "null";
        };
    }

    @Test
    void writtenWhenReadThenIsTheSame() {
        for (int round = 0; round < ROUNDS; round++) {
            var id = random.nextBoolean() ? new JsonRpcId.Text(text(20)) : new JsonRpcId.Int(safeInteger());
            String method = "m" + text(20);
            String value = text(40);
            try (var out = JsonWriter.take()) {
                JsonRpcEncoder.beginRequest(out, id, method);
                out.beginObject().name("v").string(value).endObject();
                JsonRpcEncoder.endRequest(out);
                var request = (Request) decode(out.toString());
                assertThat(request.id()).as(seeded()).isEqualTo(id);
                assertThat(request.method()).as(seeded()).isEqualTo(method);
                assertThat(member(request.params(), "v")).as(seeded()).isEqualTo(value);

                out.clear();
                JsonRpcEncoder.beginNotification(out, method);
                out.name(value).raw(request.params());
                JsonRpcEncoder.end(out);
                var notification = (Notification) decode(out.toString());
                assertThat(notification.method()).as(seeded()).isEqualTo(method);
                assertThat(notification.params().text())
                        .as(seeded())
                        .endsWith(request.params().text() + "}");

                out.clear();
                JsonRpcEncoder.beginResult(out, id);
                JsonRpcEncoder.end(out);
                assertThat(describe(decode(out.toString()))).as(seeded()).isEqualTo("response " + id + " {}");

                out.clear();
                boolean anonymous = random.nextBoolean();
                JsonRpcEncoder.error(out, anonymous ? null : id, random.nextInt(), value, null);
                var error = (ErrorResponse) decode(out.toString());
                assertThat(error.id()).as(seeded()).isEqualTo(anonymous ? null : id);
                assertThat(member(error.error(), "message")).as(seeded()).isEqualTo(value);
            }
        }
    }

    private static String member(RawJson object, String name) {
        var cursor = object.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.nameIs(name)) {
                return cursor.string();
            }
        }
        return null;
    }

    private String seeded() {
        return " (seed " + seed + ")";
    }

    // ---- reading

    /** Reads from a buffer behind whose end stands something else, and is told so. */
    private static final class Reader {
        private final JsonRpcDecoder decoder = new JsonRpcDecoder(BYTES_MAX, 0);
        private String refusal;

        void read(byte[] bytes, int from, int count) {
            if (refusal != null) {
                return;
            }
            try {
                decoder.makeRoom(count + 16);
                System.arraycopy(bytes, from, decoder.room(), decoder.roomFrom(), count);
                Arrays.fill(decoder.room(), decoder.roomFrom() + count, decoder.roomFrom() + count + 16, (byte) '"');
                decoder.filled(count);
            } catch (JsonRpcException e) {
                refusal = "refused " + e.code() + " " + e.id();
            }
        }

        String end() {
            if (refusal != null) {
                return refusal;
            }
            try {
                return describe(decoder.end());
            } catch (JsonRpcException e) {
                return "refused " + e.code() + " " + e.id();
            }
        }
    }

    private String outcome(byte[] bytes, int partBytesMax) {
        var reader = new Reader();
        for (int at = 0; at < bytes.length; ) {
            int count =
                    Math.min(bytes.length - at, partBytesMax < 100 ? 1 + random.nextInt(partBytesMax) : partBytesMax);
            reader.read(bytes, at, count);
            at += count;
        }
        return reader.end();
    }

    private static JsonRpcMessage decode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var decoder = new JsonRpcDecoder(BYTES_MAX, bytes.length);
        try {
            decoder.read(bytes, 0, bytes.length);
            return decoder.end();
        } catch (JsonRpcException e) {
            throw new AssertionError(text, e);
        }
    }

    private static String describe(JsonRpcMessage message) {
        return switch (message) {
            case Single it -> describe((Item) it);
            case Batch(var items) ->
                items.stream().map(JsonRpcPropertyTest::describe).toList().toString();
        };
    }

    private static String describe(Item item) {
        return switch (item) {
            case Request it -> "request " + it.id() + " " + it.method() + " " + text(it.params());
            case Notification it -> "notification " + it.method() + " " + text(it.params());
            case Response it -> "response " + it.id() + " " + text(it.result());
            case ErrorResponse it -> "error " + it.id() + " " + text(it.error());
            case Invalid it -> "invalid " + it.id();
        };
    }

    private static String text(RawJson params) {
        return params == null ? "none" : params.text();
    }

    // ---- making

    private Made any() {
        if (random.nextInt(4) > 0) {
            return padded(single());
        }
        var texts = new ArrayList<String>();
        var meanings = new ArrayList<String>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            var item = random.nextInt(4) > 0 ? padded(single()) : padded(new Made(value(3, false), "invalid null"));
            texts.add(item.text);
            meanings.add(item.meaning);
        }
        return padded(new Made("[" + String.join(",", texts) + "]", meanings.toString()));
    }

    private Made padded(Made made) {
        return new Made(space() + made.text + space(), made.meaning);
    }

    private Made single() {
        var members = new ArrayList<String>();
        members.add(member("jsonrpc", string("2.0")));
        for (int i = random.nextInt(3); i > 0; i--) {
            members.add(member("extra" + i + text(3), value(2, true)));
        }
        String meaning = random.nextInt(3) > 0 ? call(members) : answer(members);
        for (int i = members.size() - 1; i > 0; i--) {
            members.add(members.remove(random.nextInt(i + 1)));
        }
        return new Made("{" + space() + String.join("," + space(), members) + "}", meaning);
    }

    private String call(List<String> members) {
        String method = "m" + text(12);
        members.add(member("method", string(method)));
        String params = random.nextInt(4) > 0 ? object(3) : null;
        if (params != null) {
            members.add(member("params", params));
        }
        String rest = method + " " + (params == null ? "none" : params);
        return random.nextBoolean() ? "request " + id(members) + " " + rest : "notification " + rest;
    }

    private String answer(List<String> members) {
        boolean error = random.nextBoolean();
        String body = object(3);
        members.add(member(error ? "error" : "result", body));
        String id = error && random.nextBoolean() ? "null" : id(members);
        return (error ? "error " : "response ") + id + " " + body;
    }

    private String id(List<String> members) {
        if (random.nextBoolean()) {
            long id = safeInteger();
            members.add(member("id", Long.toString(id)));
            return new JsonRpcId.Int(id).toString();
        }
        String id = text(12);
        members.add(member("id", string(id)));
        return new JsonRpcId.Text(id).toString();
    }

    private long safeInteger() {
        return random.nextLong() >> (10 + random.nextInt(54));
    }

    private String member(String name, String value) {
        return string(name) + space() + ":" + space() + value + space();
    }

    private String value(int depth, boolean objects) {
        return switch (random.nextInt(depth == 0 ? 4 : 7)) {
            case 0 -> string(text(10));
            case 1, 2 -> number();
            case 3 -> List.of("true", "false", "null").get(random.nextInt(3));
            case 4 -> objects ? object(depth - 1) : "[" + object(depth - 1) + "]";
            default -> {
                var elements = new ArrayList<String>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    elements.add(space() + value(depth - 1, true) + space());
                }
                yield "[" + String.join(",", elements) + "]";
            }
        };
    }

    private String object(int depth) {
        var members = new ArrayList<String>();
        for (int i = random.nextInt(4); i > 0; i--) {
            members.add(space() + member(i + text(6), value(Math.max(0, depth - 1), true)));
        }
        return "{" + String.join(",", members) + "}";
    }

    private String number() {
        String text = (random.nextBoolean() ? "-" : "")
                + switch (random.nextInt(4)) {
                    case 0 -> "0";
                    case 1 -> Integer.toString(1 + random.nextInt(9));
                    case 2 -> Long.toString(random.nextLong() & Long.MAX_VALUE);
                    default -> "1" + "0123456789".repeat(1 + random.nextInt(9));
                };
        text += random.nextInt(3) == 0 ? "." + "0".repeat(random.nextInt(3)) + random.nextInt(1_000_000) : "";
        return text
                + (random.nextInt(3) == 0
                        ? List.of("e", "E", "e+", "E-", "e-0").get(random.nextInt(5)) + random.nextInt(400)
                        : "");
    }

    /** Some characters of each kind; no half pairs. */
    private String text(int charsMax) {
        var text = new StringBuilder();
        for (int i = random.nextInt(charsMax + 1); i > 0; i--) {
            text.appendCodePoint(
                    switch (random.nextInt(8)) {
                        case 0 -> random.nextInt(0x20);
                        case 1 -> "\"\\/\b\f\n\r\t".charAt(random.nextInt(8));
                        case 2 -> 0x80 + random.nextInt(0x780);
                        case 3 -> 0xE000 + random.nextInt(0x2000);
                        case 4 -> 0x10000 + random.nextInt(0x100000);
                        default -> ' ' + random.nextInt(0x5F);
                    });
        }
        return text.toString();
    }

    /** Writes a text as one of the many strings that mean it. */
    private String string(String text) {
        var written = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int kind = random.nextInt(5);
            boolean pair = Character.isSurrogate(c);
            if (pair && kind == 0) {
                written.append(escaped(c)).append(escaped(text.charAt(++i)));
            } else if (pair) {
                written.append(c).append(text.charAt(++i));
            } else if (kind == 0 || c < 0x20) {
                int shorthand = "\"\\/\b\f\n\r\t".indexOf(c);
                written.append(
                        shorthand >= 0 && random.nextBoolean() ? "\\" + "\"\\/bfnrt".charAt(shorthand) : escaped(c));
            } else {
                written.append(c == '"' || c == '\\' ? "\\" + c : String.valueOf(c));
            }
        }
        return written.append('"').toString();
    }

    private String escaped(char c) {
        String hex = "%04x".formatted((int) c);
        return "\\u" + (random.nextBoolean() ? hex : hex.toUpperCase(java.util.Locale.ROOT));
    }

    private String space() {
        return random.nextInt(6) > 0
                ? ""
                : List.of(" ", "\n", "\r\n", "\t", "  \t ").get(random.nextInt(5));
    }

    // ---- mutating

    private byte[] mutate(Made made) {
        byte[] bytes = made.bytes();
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 1; i--) {
            bytes = random.nextInt(3) > 0 ? mutateBytes(bytes) : mutateTokens(bytes);
        }
        return bytes;
    }

    private byte[] mutateBytes(byte[] original) {
        byte[] bytes = original.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(5)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) "{}[]\",:\\u0dDtrfn -.eE\0\n".charAt(random.nextInt(22));
            case 2 -> bytes[at] = (byte) random.nextInt(256);
            case 3 -> bytes = Arrays.copyOf(bytes, at);
            default -> { // a stretch comes twice, or not at all
                int to = Math.min(bytes.length, at + 1 + random.nextInt(10));
                var changed = new ByteArrayOutputStream();
                changed.write(bytes, 0, random.nextBoolean() ? to : at);
                changed.write(bytes, random.nextBoolean() ? at : to, bytes.length - to);
                bytes = changed.toByteArray();
            }
        }
        return bytes;
    }

    private byte[] mutateTokens(byte[] bytes) {
        var tokens = new String(bytes, StandardCharsets.UTF_8).split("(?<=[{}\\[\\],:\"])|(?=[{}\\[\\],:\"])");
        int from = random.nextInt(tokens.length);
        int to = random.nextInt(tokens.length);
        String moved = tokens[from];
        tokens[from] = random.nextBoolean() ? tokens[to] : moved;
        tokens[to] = moved;
        return String.join("", tokens).getBytes(StandardCharsets.UTF_8);
    }
}
