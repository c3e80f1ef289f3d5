package dev.portcullis.mcp.registry;

import dev.portcullis.json.JsonCursor;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;

/** Whether all numbers of a value fit a double's range; the library writes others out in full, a billion digits if need be (T-21). */
final class SchemaNumbers {
    private static final int EXPONENT_MAX = 400;

    private SchemaNumbers() {}

    static boolean areModest(RawJson value) {
        return areModest(value.cursor());
    }

    /** @return the member of an object that holds such a number; empty if there is none, or the value is no object */
    static String immodestMember(RawJson value) {
        var cursor = value.cursor();
        if (cursor.kind() == JsonKind.OBJECT) {
            cursor.enterObject();
            while (cursor.nextMember()) {
                String name = cursor.name();
                if (!areModest(cursor.slice())) {
                    return name;
                }
            }
        }
        return "";
    }

    /** @param cursor stands on a value */
    private static boolean areModest(JsonCursor cursor) {
        switch (cursor.kind()) {
            case OBJECT -> {
                cursor.enterObject();
                while (cursor.nextMember()) {
                    if (!areModest(cursor)) {
                        return false;
                    }
                }
            }
            case ARRAY -> {
                cursor.enterArray();
                while (cursor.nextElement()) {
                    if (!areModest(cursor)) {
                        return false;
                    }
                }
            }
            case NUMBER -> {
                return isModest(cursor.slice().text());
            }
            case STRING, BOOLEAN, NULL -> {}
        }
        return true;
    }

    private static boolean isModest(String number) {
        if (number.length() <= 15 && number.indexOf('e') < 0 && number.indexOf('E') < 0) {
            return true;
        }
        int e = Math.max(number.indexOf('e'), number.indexOf('E'));
        if (e >= 0) {
            String exponent = number.substring(e + 1).replaceFirst("^[+-]?0*", "");
            if (exponent.length() > 3 || (!exponent.isEmpty() && Integer.parseInt(exponent) > EXPONENT_MAX)) {
                return false;
            }
        }
        return Double.isFinite(Double.parseDouble(number));
    }
}
