package dev.portcullis.mcp.registry;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a tool's schema must be before anything is done with it: of a dialect we know, self-contained, bounded (H-171, T-28), with {@code x-mcp-header} only where
 * clients can follow (H-56). Problems come as {@link IllegalArgumentException} at registration.
 */
final class SchemaRules {
    private static final String MIRROR = "x-mcp-header";
    private static final Pattern TCHARS = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+"); // RFC 9110 §5.6.2

    /** Keywords whose values are no schemas. */
    private static final Set<String> DATA = Set.of("enum", "const", "default", "examples");

    /** Keywords that hold schemas by names of the author's choice. */
    private static final Set<String> NAMED_SCHEMAS =
            Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies");

    /** Keywords whose schemas see the same value as the schema they stand in. */
    private static final Set<String> IN_PLACE =
            Set.of("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies");

    private final SchemaLimits limits;
    private final SchemaDialect dialect;
    private final SchemaRefs refs = new SchemaRefs();
    private final List<MirroredArgument> mirrored = new ArrayList<>();
    private final Set<String> headers = new HashSet<>();
    private int subschemas;
    private int enumEntries;

    private SchemaRules(SchemaLimits limits, SchemaDialect dialect) {
        this.limits = limits;
        this.dialect = dialect;
    }

    /**
     * @param root the schema
     * @param mirrored its annotated arguments
     */
    record Checked(Map<?, ?> root, SchemaDialect dialect, List<MirroredArgument> mirrored) {}

    /** The same with {@link SchemaLimits#DEFAULTS}. */
    static Checked check(String schema) {
        return check(schema, SchemaLimits.DEFAULTS);
    }

    /** @throws IllegalArgumentException what is wrong with it */
    static Checked check(String schema, SchemaLimits limits) {
        require(
                schema.getBytes(StandardCharsets.UTF_8).length <= limits.bytesMax(),
                "a schema of more than " + limits.bytesMax() + " bytes");
        Object tree;
        try {
            require(SchemaNumbers.areModest(Json.parse(schema)), "a number that does not fit 64 bits");
            tree = Json.tree(schema);
        } catch (JsonException e) {
            throw new IllegalArgumentException("the schema is not JSON: " + e.getMessage(), e);
        }
        if (!(tree instanceof Map<?, ?> root)) {
            throw new IllegalArgumentException("a schema is a JSON object");
        }
        var rules = new SchemaRules(limits, SchemaDialect.of(root.get("$schema")));
        rules.walk(root, new Place("", List.of(), null, 0));
        rules.refs.check(limits.depthMax());
        return new Checked(root, rules.dialect, List.copyOf(rules.mirrored));
    }

    /**
     * Where a walk stands.
     *
     * @param pointer from the root (RFC 6901)
     * @param path names of arguments from the root; null where a client could not follow
     * @param applying the pointer of the schema that applies this one to its own value; null for none
     * @param depth schemas around this one
     */
    private record Place(
            String pointer,
            @Nullable List<String> path,
            @Nullable String applying,
            int depth) {
        Place below(Object name, @Nullable List<String> path) {
            String token = name.toString().replace("~", "~0").replace("/", "~1");
            return new Place(pointer + "/" + token, path, applying, depth);
        }
    }

    private void walk(@Nullable Object node, Place place) {
        switch (node) {
            case Map<?, ?> schema -> walkSchema(schema, place);
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    walk(list.get(i), place.below(i, null));
                }
            }
            case Boolean _ -> refs.add(place.pointer, place.applying); // a schema as well, maybe
            case null, default -> {}
        }
    }

    private void walkSchema(Map<?, ?> schema, Place place) {
        require(++subschemas <= limits.subschemasMax(), "a schema of more than " + limits.subschemasMax() + " parts");
        require(place.depth < limits.depthMax(), "a schema of more than " + limits.depthMax() + " inside each other");
        refs.add(place.pointer, place.applying);
        checkKeywords(schema, place);
        if (schema.containsKey(MIRROR)) {
            addMirror(schema, place.path);
        }
        for (var keyword : schema.entrySet()) {
            String name = (String) keyword.getKey();
            String applying = IN_PLACE.contains(name) ? place.pointer : null;
            var inside = new Place(place.pointer, null, applying, place.depth + 1).below(name, null);
            if (NAMED_SCHEMAS.contains(name) && keyword.getValue() instanceof Map<?, ?> named) {
                var path = name.equals("properties") ? place.path : null;
                named.forEach((property, value) ->
                        walk(value, inside.below(property, path == null ? null : append(path, (String) property))));
            } else if (!DATA.contains(name)) {
                walk(keyword.getValue(), inside);
            }
        }
    }

    private void checkKeywords(Map<?, ?> schema, Place place) {
        boolean isRoot = place.pointer.isEmpty();
        require(
                isRoot || !schema.containsKey("$schema") || SchemaDialect.of(schema.get("$schema")) == dialect,
                "$schema changes within the schema");
        if (schema.get("enum") instanceof List<?> entries) {
            enumEntries += entries.size();
            require(enumEntries <= limits.enumEntriesMax(), "more than " + limits.enumEntriesMax() + " enum entries");
        }
        if (dialect == SchemaDialect.DRAFT_07 && schema.get("$id") instanceof String id && id.startsWith("#")) {
            refs.addAnchor(id.substring(1), place.pointer);
        } else {
            require(isRoot || !schema.containsKey("$id"), "$id within the schema; use $defs and $anchor");
        }
        if (dialect == SchemaDialect.DRAFT_2020_12) {
            if (schema.get("$anchor") instanceof String anchor) {
                refs.addAnchor(anchor, place.pointer);
            }
            if (schema.get("$dynamicAnchor") instanceof String anchor) {
                refs.addDynamicAnchor(anchor, place.pointer);
            }
            addRef(schema, "$dynamicRef", place);
        }
        addRef(schema, "$ref", place);
    }

    private void addRef(Map<?, ?> schema, String keyword, Place place) {
        if (schema.containsKey(keyword)) {
            if (!(schema.get(keyword) instanceof String ref)) {
                throw new IllegalArgumentException(keyword + " must be a string");
            }
            require(ref.startsWith("#"), keyword + " " + ProblemText.cut(ref) + " leaves the schema; use $defs");
            refs.addRef(keyword, ref, place.pointer);
        }
    }

    private void addMirror(Map<?, ?> schema, @Nullable List<String> path) {
        if (!(schema.get(MIRROR) instanceof String header)
                || !TCHARS.matcher(header).matches()) {
            throw new IllegalArgumentException(MIRROR + " must be a header name, found " + schema.get(MIRROR));
        }
        if (path == null || path.isEmpty()) {
            throw new IllegalArgumentException(MIRROR + " " + header + " is not reachable through properties alone");
        }
        require(headers.add(header.toLowerCase(Locale.ROOT)), MIRROR + " " + header + " is repeated");
        mirrored.add(new MirroredArgument(
                header,
                path,
                switch (typeOf(schema)) {
                    case "string" -> MirroredArgument.Type.STRING;
                    case "integer" -> MirroredArgument.Type.INTEGER;
                    case "boolean" -> MirroredArgument.Type.BOOLEAN;
                    default ->
                        throw new IllegalArgumentException(MIRROR + " " + header
                                + " needs type string, integer or boolean, found " + schema.get("type"));
                }));
    }

    /** @return the one type of a schema; empty if there is none, or more */
    static String typeOf(Map<?, ?> schema) {
        return schema.get("type") instanceof String type ? type : "";
    }

    private static List<String> append(List<String> path, String name) {
        var longer = new ArrayList<>(path);
        longer.add(name);
        return longer;
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            throw new IllegalArgumentException(problem);
        }
    }
}
