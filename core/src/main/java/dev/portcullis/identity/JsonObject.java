package dev.portcullis.identity;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * A small JSON object that somebody else wrote, such as an identity provider, read strictly: well-formed UTF-8, no member twice (T-84), nothing behind it, nothing deep. Members that are null
 * count as absent. Immutable.
 *
 * @param members String, Long, Double, Boolean, List or Map by name
 */
public record JsonObject(Map<String, Object> members) {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNumberLength(32)
                    .maxNameLength(256)
                    .maxStringLength(64 * 1024)
                    .maxTokenCount(20_000)
                    .build())
            .build();

    public JsonObject {
        members = Map.copyOf(members);
    }

    /** @return null if this is not one JSON object by the rules above */
    public static @Nullable JsonObject parse(byte[] json) {
        String text = textOf(json);
        if (text == null) {
            return null;
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            var object = new JsonObject(readMembers(parser));
            return parser.nextToken() == null ? object : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    /** Decoded by us: the parser would guess at UTF-16 and UTF-32 too, which other readers of the same token do not (RFC 7519 §7.2). */
    private static @Nullable String textOf(byte[] json) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static Map<String, Object> readMembers(JsonParser parser) {
        var members = new HashMap<String, Object>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            Object value = readValue(parser, parser.nextToken());
            if (value != null) {
                members.put(name, value);
            }
        }
        return members;
    }

    private static List<Object> readElements(JsonParser parser) {
        var elements = new ArrayList<Object>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            Object value = readValue(parser, token);
            if (value != null) {
                elements.add(value);
            }
        }
        return elements;
    }

    private static @Nullable Object readValue(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> readMembers(parser);
            case START_ARRAY -> readElements(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> readInteger(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    private static Object readInteger(JsonParser parser) {
        return switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            default -> parser.getDoubleValue();
        };
    }

    public boolean has(String name) {
        return members.containsKey(name);
    }

    /** @return null if absent or not a string */
    public @Nullable String string(String name) {
        return members.get(name) instanceof String text ? text : null;
    }

    /** @return null if absent or not an array */
    public @Nullable List<?> array(String name) {
        return members.get(name) instanceof List<?> list ? list : null;
    }

    /** @return null if absent or not an object */
    public @Nullable JsonObject object(String name) {
        if (!(members.get(name) instanceof Map<?, ?> map)) {
            return null;
        }
        var inner = new HashMap<String, Object>();
        map.forEach((key, value) -> inner.put(String.valueOf(key), value));
        return new JsonObject(inner);
    }

    /** Seconds since the epoch (RFC 7519 §2, NumericDate). @return null if absent, not a number, not finite or not a time that can be */
    public @Nullable Double numericDate(String name) {
        double seconds = members.get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
        return seconds >= 0 && seconds < 1e11 ? seconds : null;
    }

    public boolean isTrue(String name) {
        return Boolean.TRUE.equals(members.get(name));
    }

    /** Names, not values: those may be secret. */
    @Override
    public String toString() {
        return "JsonObject" + members.keySet();
    }
}
