package dev.portcullis.mcp.task;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.codec.RequestParams;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Members of objects that this room writes and reads itself: what is absent is null, false or empty. */
final class Members {
    private Members() {}

    static void put(JsonWriter out, String name, @Nullable String text) {
        if (text != null) {
            out.name(name).string(text);
        }
    }

    static void put(JsonWriter out, String name, @Nullable Long number) {
        if (number != null) {
            out.name(name).number(number.longValue());
        }
    }

    static void put(JsonWriter out, String name, @Nullable Integer number) {
        if (number != null) {
            out.name(name).number(number.longValue());
        }
    }

    static void put(JsonWriter out, String name, @Nullable Double number) {
        if (number != null) {
            out.name(name).number(number.doubleValue());
        }
    }

    static void put(JsonWriter out, String name, @Nullable Boolean flag) {
        if (flag != null) {
            out.name(name).bool(flag);
        }
    }

    static <T> void put(JsonWriter out, String name, Iterable<T> values, BiConsumer<JsonWriter, T> writer) {
        out.name(name).beginArray();
        values.forEach(value -> writer.accept(out, value));
        out.endArray();
    }

    static <T> void put(JsonWriter out, String name, Map<String, T> values, BiConsumer<JsonWriter, T> writer) {
        out.name(name).beginObject();
        values.forEach((key, value) -> writer.accept(out.name(key), value));
        out.endObject();
    }

    static RawJson required(RawJson object, String name) {
        var value = RequestParams.memberOf(object, name);
        if (value == null) {
            throw new IllegalStateException("no " + name);
        }
        return value;
    }

    private static <T> @Nullable T read(RawJson object, String name, Function<RawJson, T> reader) {
        var value = RequestParams.memberOf(object, name);
        return value == null ? null : reader.apply(value);
    }

    static String string(RawJson text) {
        return text.cursor().string();
    }

    static String text(RawJson object, String name) {
        return string(required(object, name));
    }

    static @Nullable String textOrNull(RawJson object, String name) {
        return read(object, name, Members::string);
    }

    static long integer(RawJson object, String name) {
        return required(object, name).cursor().integer();
    }

    static @Nullable Long longOrNull(RawJson object, String name) {
        return read(object, name, value -> value.cursor().integer());
    }

    static @Nullable Integer intOrNull(RawJson object, String name) {
        return read(object, name, value -> Math.toIntExact(value.cursor().integer()));
    }

    static @Nullable Double doubleOrNull(RawJson object, String name) {
        return read(object, name, value -> value.cursor().number());
    }

    static @Nullable Boolean flagOrNull(RawJson object, String name) {
        return read(object, name, value -> value.cursor().bool());
    }

    static boolean flag(RawJson object, String name) {
        return Boolean.TRUE.equals(flagOrNull(object, name));
    }

    static byte[] bytes(RawJson object, String name) {
        return Base64.getDecoder().decode(text(object, name));
    }

    static <T> List<T> list(RawJson object, String name, Function<RawJson, T> reader) {
        List<T> values = new ArrayList<>();
        var cursor = required(object, name).cursor();
        cursor.enterArray();
        while (cursor.nextElement()) {
            values.add(reader.apply(cursor.slice()));
        }
        return values;
    }

    static List<String> texts(RawJson object, String name) {
        return list(object, name, Members::string);
    }

    static <T> Map<String, T> map(RawJson object, String name, Function<RawJson, T> reader) {
        Map<String, T> values = new LinkedHashMap<>();
        var cursor = required(object, name).cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            String key = cursor.name();
            values.put(key, reader.apply(cursor.slice()));
        }
        return values;
    }
}
