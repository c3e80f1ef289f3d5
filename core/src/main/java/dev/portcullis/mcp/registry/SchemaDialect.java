package dev.portcullis.mcp.registry;

import org.jspecify.annotations.Nullable;

/** The dialects of JSON Schema that a tool may speak (H-171). */
enum SchemaDialect {
    DRAFT_2020_12("https://json-schema.org/draft/2020-12/schema"),
    DRAFT_07("http://json-schema.org/draft-07/schema");

    private final String id;

    SchemaDialect(String id) {
        this.id = id;
    }

    /** @param declared value of {@code $schema}; null if absent, which means 2020-12   @throws IllegalArgumentException another */
    static SchemaDialect of(@Nullable Object declared) {
        if (declared == null) {
            return DRAFT_2020_12;
        }
        for (var dialect : values()) {
            if (declared.equals(dialect.id) || declared.equals(dialect.id + "#")) {
                return dialect;
            }
        }
        throw new IllegalArgumentException("$schema " + ProblemText.cut(String.valueOf(declared))
                + " is not supported; use " + DRAFT_2020_12.id + " or " + DRAFT_07.id + "#");
    }
}
