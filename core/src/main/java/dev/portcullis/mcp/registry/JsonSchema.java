package dev.portcullis.mcp.registry;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.portcullis.json.RawJson;
import org.jspecify.annotations.Nullable;

/** Any JSON Schema 2020-12, by the library. It never leaves the schema: {@link SchemaRules} has refused what points elsewhere. Immutable. */
final class JsonSchema {
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final Schema schema;

    private JsonSchema(Schema schema) {
        this.schema = schema;
    }

    /** @throws IllegalArgumentException no schema */
    static JsonSchema compile(String text) {
        try {
            var schema = REGISTRY.getSchema(text, InputFormat.JSON);
            schema.validate("{}", InputFormat.JSON); // builds all of it, so that a bad keyword shows now
            return new JsonSchema(schema);
        } catch (SchemaException e) {
            throw new IllegalArgumentException("not a JSON Schema: " + e.getMessage(), e);
        }
    }

    /** @return what is wrong with the value, for the model; null if nothing is */
    @Nullable
    String check(RawJson value) {
        StringBuilder problems = null;
        for (var error : schema.validate(value.text(), InputFormat.JSON)) {
            String where = error.getInstanceLocation().toString();
            problems = ProblemText.append(problems, where.isEmpty() ? "/" : where, error.getMessage());
        }
        return problems == null ? null : problems.toString();
    }
}
