package dev.portcullis.mcp.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** What the protocol's authors publish about messages of tasks: in the revision of 2025-11-25, and in the extension. */
final class TaskSchemas {
    static final String SESSION = "2025-11-25";
    static final String EXTENSION = "ext-tasks";

    private static final Map<String, Schema> KNOWN = new ConcurrentHashMap<>();

    private TaskSchemas() {}

    static void assertValid(String schema, String definition, String json) {
        assertThat(of(schema, definition).validate(json, InputFormat.JSON))
                .as("%s as %s of %s", json, definition, schema)
                .isEmpty();
    }

    static boolean isValid(String schema, String definition, String json) {
        return of(schema, definition).validate(json, InputFormat.JSON).isEmpty();
    }

    private static Schema of(String schema, String definition) {
        return KNOWN.computeIfAbsent(schema + "#" + definition, _ -> {
            String name = "/schema/" + schema + ".json";
            try (var in = Objects.requireNonNull(TaskSchemas.class.getResourceAsStream(name))) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                String pointed = text.replaceFirst("\\{", "{\"\\$ref\":\"#/\\$defs/" + definition + "\",");
                return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(pointed, InputFormat.JSON);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }
}
