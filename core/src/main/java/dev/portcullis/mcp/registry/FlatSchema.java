package dev.portcullis.mcp.registry;

import dev.portcullis.json.JsonCursor;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A schema that most tools have, compiled: an object of strings, numbers, integers and booleans with the simple bounds. Checks in one walk over the bytes, without
 * garbage when all is well. Immutable.
 */
final class FlatSchema {
    private static final Set<String> ROOT_KEYWORDS = Set.of(
            "$schema",
            "$id",
            "$comment",
            "title",
            "description",
            "type",
            "properties",
            "required",
            "additionalProperties");
    private static final Set<String> NOTES =
            Set.of("$comment", "title", "description", "default", "examples", "deprecated", "format", "x-mcp-header");
    private static final Set<String> NUMBER_KEYWORDS =
            Set.of("type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum");
    private static final Set<String> STRING_KEYWORDS = Set.of("type", "minLength", "maxLength", "enum");
    private static final Set<String> BOOLEAN_KEYWORDS = Set.of("type");
    private static final int PROPERTIES_MAX = 63;

    private final Property[] properties;
    private final long required;
    private final boolean othersAllowed;

    private enum Type {
        STRING,
        NUMBER,
        INTEGER,
        BOOLEAN
    }

    /** A property and its bounds: of the value, or of a string's length in code points. */
    private record Property(
            String name,
            byte[] nameBytes,
            Type type,
            double min,
            double max,
            double above,
            double below,
            @Nullable Choices allowed) {}

    /** What a string may be, and how it is told: once, not for each wrong value. */
    private record Choices(Set<String> values, String told) {}

    private FlatSchema(Property[] properties, long required, boolean othersAllowed) {
        this.properties = properties;
        this.required = required;
        this.othersAllowed = othersAllowed;
    }

    /** @return the compiled schema; null if it says more than this class understands */
    static @Nullable FlatSchema compile(Map<?, ?> root) {
        boolean simple = ROOT_KEYWORDS.containsAll(root.keySet())
                && (root.get("additionalProperties") == null || root.get("additionalProperties") instanceof Boolean)
                && (root.get("properties") == null || root.get("properties") instanceof Map)
                && (root.get("required") == null || root.get("required") instanceof List);
        if (!simple) {
            return null;
        }
        var properties = new ArrayList<Property>();
        if (root.get("properties") instanceof Map<?, ?> named) {
            for (var entry : named.entrySet()) {
                var property = property((String) entry.getKey(), entry.getValue());
                if (property == null) {
                    return null;
                }
                properties.add(property);
            }
        }
        long required = 0;
        if (root.get("required") instanceof List<?> names) {
            for (var name : names) {
                int index = indexOf(properties, name);
                if (index < 0) {
                    return null;
                }
                required |= 1L << index;
            }
        }
        boolean othersAllowed = !Boolean.FALSE.equals(root.get("additionalProperties"));
        return properties.size() > PROPERTIES_MAX
                ? null
                : new FlatSchema(properties.toArray(new Property[0]), required, othersAllowed);
    }

    private static int indexOf(List<Property> properties, @Nullable Object name) {
        for (int i = 0; i < properties.size(); i++) {
            if (properties.get(i).name.equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable Property property(String name, @Nullable Object schema) {
        if (!(schema instanceof Map<?, ?> keywords) || name.indexOf('"') >= 0 || name.indexOf('\\') >= 0) {
            return null;
        }
        return switch (SchemaRules.typeOf(keywords)) {
            case "number" -> numeric(name, Type.NUMBER, keywords);
            case "integer" -> numeric(name, Type.INTEGER, keywords);
            case "string" -> text(name, keywords);
            case "boolean" ->
                says(keywords, BOOLEAN_KEYWORDS) ? property(name, Type.BOOLEAN, null, null, null, null, null) : null;
            default -> null;
        };
    }

    private static @Nullable Property numeric(String name, Type type, Map<?, ?> keywords) {
        return says(keywords, NUMBER_KEYWORDS)
                ? property(
                        name,
                        type,
                        keywords.get("minimum"),
                        keywords.get("maximum"),
                        keywords.get("exclusiveMinimum"),
                        keywords.get("exclusiveMaximum"),
                        null)
                : null;
    }

    private static @Nullable Property text(String name, Map<?, ?> keywords) {
        if (!says(keywords, STRING_KEYWORDS)) {
            return null;
        }
        Choices allowed = null;
        if (keywords.get("enum") instanceof List<?> values) {
            if (!values.stream().allMatch(String.class::isInstance)) {
                return null;
            }
            var texts =
                    values.stream().map(String.class::cast).distinct().sorted().toList();
            allowed = new Choices(Set.copyOf(texts), "must be one of " + ProblemText.cut(texts.toString()));
        }
        return property(name, Type.STRING, keywords.get("minLength"), keywords.get("maxLength"), null, null, allowed);
    }

    private static boolean says(Map<?, ?> keywords, Set<String> understood) {
        return keywords.keySet().stream().allMatch(keyword -> understood.contains(keyword) || NOTES.contains(keyword));
    }

    private static @Nullable Property property(
            String name,
            Type type,
            @Nullable Object min,
            @Nullable Object max,
            @Nullable Object above,
            @Nullable Object below,
            @Nullable Choices allowed) {
        double[] bounds = new double[4];
        Object[] given = {min, max, above, below};
        for (int i = 0; i < 4; i++) {
            double none = i % 2 == 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            if (given[i] instanceof BigDecimal bound) {
                bounds[i] = bound.doubleValue();
                if (new BigDecimal(bounds[i]).compareTo(bound) != 0) {
                    return null; // not exact as a double
                }
            } else if (given[i] == null) {
                bounds[i] = none;
            } else {
                return null;
            }
        }
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        return new Property(name, nameBytes, type, bounds[0], bounds[1], bounds[2], bounds[3], allowed);
    }

    /** @param arguments an object   @return what is wrong, for the model; null if nothing is */
    @Nullable
    String check(RawJson arguments) {
        long seen = 0;
        ProblemText problems = null;
        var cursor = arguments.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            int index = indexOf(cursor);
            if (index >= 0) {
                seen |= 1L << index;
            }
            String problem = index >= 0
                    ? problemOf(properties[index], cursor)
                    : othersAllowed ? null : "there is no such argument";
            if (problem != null) {
                problems = problems == null ? new ProblemText() : problems;
                problems.add(cursor.name(), problem);
            }
        }
        long missing = required & ~seen;
        while (missing != 0) {
            int index = Long.numberOfTrailingZeros(missing);
            problems = problems == null ? new ProblemText() : problems;
            problems.add(properties[index].name, "is required");
            missing &= missing - 1;
        }
        return problems == null ? null : problems.orNull();
    }

    private int indexOf(JsonCursor cursor) {
        for (int i = 0; i < properties.length; i++) {
            if (cursor.nameIs(properties[i].nameBytes)) {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable String problemOf(Property property, JsonCursor cursor) {
        return switch (property.type) {
            case STRING -> {
                if (cursor.kind() != JsonKind.STRING) {
                    yield "must be a string";
                }
                yield property.allowed == null && property.min <= 0 && property.max == Double.POSITIVE_INFINITY
                        ? null
                        : problemOfText(property, cursor.string());
            }
            case NUMBER ->
                cursor.kind() == JsonKind.NUMBER ? problemOfNumber(property, cursor.number()) : "must be a number";
            case INTEGER ->
                cursor.isInteger() ? problemOfNumber(property, (double) cursor.integer()) : "must be an integer";
            case BOOLEAN -> cursor.kind() == JsonKind.BOOLEAN ? null : "must be true or false";
        };
    }

    private static @Nullable String problemOfText(Property property, String value) {
        if (property.allowed != null && !property.allowed.values.contains(value)) {
            return property.allowed.told;
        }
        int length = value.codePointCount(0, value.length());
        if (length < property.min) {
            return "must have at least " + (long) property.min + " characters";
        }
        return length > property.max ? "must have at most " + (long) property.max + " characters" : null;
    }

    private static @Nullable String problemOfNumber(Property property, double value) {
        if (!Double.isFinite(value)) {
            return "must be a number that fits 64 bits";
        }
        if (value < property.min) {
            return "must be at least " + shown(property.min);
        }
        if (value > property.max) {
            return "must be at most " + shown(property.max);
        }
        if (value <= property.above) {
            return "must be greater than " + shown(property.above);
        }
        return value >= property.below ? "must be less than " + shown(property.below) : null;
    }

    private static String shown(double bound) {
        return new BigDecimal(bound).stripTrailingZeros().toPlainString();
    }
}
