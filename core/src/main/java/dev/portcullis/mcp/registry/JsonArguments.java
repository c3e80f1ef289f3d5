package dev.portcullis.mcp.registry;

import dev.portcullis.json.JsonCursor;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.model.Arguments;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arguments, read out of the bytes when they are asked for. Small ones are searched anew each time, which is faster than an index; used by one thread at a time. */
public final class JsonArguments implements Arguments {
    private static final int SEARCHED_BYTES_MAX = 1_024;

    private final RawJson object;
    private @Nullable Map<String, RawJson> index;

    /** @param object checked against the tool's schema */
    public JsonArguments(RawJson object) {
        this.object = object;
    }

    @Override
    public boolean has(String name) {
        return find(name) != null;
    }

    @Override
    public double number(String name) {
        return require(name).number();
    }

    @Override
    public long integer(String name, long whenAbsent) {
        var value = find(name);
        return value == null ? whenAbsent : value.integer();
    }

    @Override
    public String string(String name) {
        return require(name).string();
    }

    @Override
    public boolean bool(String name, boolean whenAbsent) {
        var value = find(name);
        return value == null ? whenAbsent : value.bool();
    }

    @Override
    public @Nullable String json(String name) {
        var value = search(name);
        return value == null ? null : value.slice().text();
    }

    @Override
    public String json() {
        return object.text();
    }

    private JsonCursor require(String name) {
        var value = find(name);
        if (value == null) {
            throw new IllegalArgumentException("argument " + name + " is absent");
        }
        return value;
    }

    private @Nullable JsonCursor find(String name) {
        var value = search(name);
        return value == null || value.kind() == JsonKind.NULL ? null : value;
    }

    private @Nullable JsonCursor search(String name) {
        if (object.length() > SEARCHED_BYTES_MAX) {
            var value = index().get(name);
            return value == null ? null : value.cursor();
        }
        var cursor = object.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.nameIs(name)) {
                return cursor;
            }
        }
        return null;
    }

    private synchronized Map<String, RawJson> index() {
        if (index == null) {
            index = new HashMap<>();
            var cursor = object.cursor();
            cursor.enterObject();
            while (cursor.nextMember()) {
                index.put(cursor.name(), cursor.slice());
            }
        }
        return index;
    }
}
