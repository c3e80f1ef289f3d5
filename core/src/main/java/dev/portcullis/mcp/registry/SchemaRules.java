package dev.portcullis.mcp.registry;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a tool's schema must be before anything is done with it: JSON Schema 2020-12, self-contained, bounded (H-171), with {@code x-mcp-header} only where clients
 * can follow (H-56). Problems come as {@link IllegalArgumentException} at registration.
 */
final class SchemaRules {
    private static final int CHARS_MAX = 256 * 1024;
    private static final int NODES_MAX = 10_000;
    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
    private static final String MIRROR = "x-mcp-header";
    private static final Pattern TCHARS = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+"); // RFC 9110 §5.6.2
    private static final Set<String> DATA = Set.of("enum", "const", "default", "examples");
    private static final Set<String> NAMED_SCHEMAS =
            Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas");

    private final List<MirroredArgument> mirrored = new ArrayList<>();
    private final Set<String> headers = new HashSet<>();
    private int nodes;

    private SchemaRules() {}

    /**
     * @param root the schema
     * @param mirrored its annotated arguments
     */
    record Checked(Map<?, ?> root, List<MirroredArgument> mirrored) {}

    /** @throws IllegalArgumentException what is wrong with it */
    static Checked check(String schema) {
        require(schema.length() <= CHARS_MAX, "a schema of more than " + CHARS_MAX + " characters");
        Object tree;
        try {
            tree = Json.tree(schema);
        } catch (JsonException e) {
            throw new IllegalArgumentException("the schema is not JSON: " + e.getMessage(), e);
        }
        if (!(tree instanceof Map<?, ?> root)) {
            throw new IllegalArgumentException("a schema is a JSON object");
        }
        var rules = new SchemaRules();
        rules.walk(root, List.of());
        return new Checked(root, List.copyOf(rules.mirrored));
    }

    /** @param path names from the root; null where a client could not follow */
    private void walk(@Nullable Object node, @Nullable List<String> path) {
        require(++nodes <= NODES_MAX, "a schema of more than " + NODES_MAX + " nodes");
        if (node instanceof List<?> list) {
            list.forEach(element -> walk(element, null));
        }
        if (!(node instanceof Map<?, ?> schema)) {
            return;
        }
        checkKeywords(schema);
        if (schema.containsKey(MIRROR)) {
            addMirror(schema, path);
        }
        for (var keyword : schema.entrySet()) {
            String name = (String) keyword.getKey();
            if (NAMED_SCHEMAS.contains(name) && keyword.getValue() instanceof Map<?, ?> named) {
                var followed = name.equals("properties") ? path : null;
                named.forEach((property, value) ->
                        walk(value, followed == null ? null : append(followed, (String) property)));
            } else if (!DATA.contains(name)) {
                walk(keyword.getValue(), null);
            }
        }
    }

    private static void checkKeywords(Map<?, ?> schema) {
        if (schema.get("$schema") instanceof String dialect) {
            require(
                    dialect.equals(DIALECT) || dialect.equals(DIALECT + "#"),
                    "$schema " + dialect + " is not supported; use " + DIALECT);
        }
        for (var keyword : List.of("$ref", "$dynamicRef")) {
            if (schema.get(keyword) instanceof String ref) {
                require(ref.startsWith("#"), keyword + " " + ref + " leaves the schema; use $defs");
            }
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
