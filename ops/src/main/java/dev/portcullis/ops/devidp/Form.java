package dev.portcullis.ops.devidp;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parameters of a query or a form, none of them twice (RFC 6749 §3.1). Immutable. */
record Form(Map<String, String> fields) {
    private static final int FIELDS_MAX = 50;

    Form {
        fields = Map.copyOf(fields);
    }

    /** @return null if it cannot be read, or a parameter is there twice */
    static @Nullable Form parse(@Nullable String text) {
        var fields = new HashMap<String, String>();
        for (String field : (text == null ? "" : text).split("&", FIELDS_MAX + 1)) {
            if (field.isEmpty()) {
                continue;
            }
            int equals = field.indexOf('=');
            String name = decode(equals < 0 ? field : field.substring(0, equals));
            String value = decode(equals < 0 ? "" : field.substring(equals + 1));
            if (name == null || value == null || fields.put(name, value) != null || fields.size() > FIELDS_MAX) {
                return null;
            }
        }
        return new Form(fields);
    }

    /** @return empty if absent */
    String get(String name) {
        return fields.getOrDefault(name, "");
    }

    static @Nullable String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Names, not values: those may be secret. */
    @Override
    public String toString() {
        return "Form" + fields.keySet();
    }
}
