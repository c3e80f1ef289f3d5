package dev.portcullis.mcp.registry;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import com.networknt.schema.regex.RegularExpression;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the library knows of a dialect, and how we have it read schemas. Not loaded before a tool needs more than {@link FlatSchema}. Immutable. */
final class SchemaLibrary {
    private static final SchemaLibrary DRAFT_2020_12 = new SchemaLibrary(Dialects.getDraft202012());
    private static final SchemaLibrary DRAFT_07 = new SchemaLibrary(Dialects.getDraft7());

    private final Dialect dialect;

    /** The schema of schemas; the library brings it along. */
    private final Schema meta;

    private SchemaLibrary(Dialect dialect) {
        this.dialect = Dialect.builder(dialect)
                .keyword(new UniqueItems())
                .keyword(new NonValidationKeyword("id")) // of draft-04; the library stumbles over it
                .build();
        this.meta = SchemaRegistry.withDialect(dialect).getSchema(SchemaLocation.of(dialect.getId()));
    }

    static SchemaLibrary of(SchemaDialect dialect) {
        return switch (dialect) {
            case DRAFT_2020_12 -> DRAFT_2020_12;
            case DRAFT_07 -> DRAFT_07;
        };
    }

    /** @return what the dialect's own schema says against this one, shortly; null if nothing */
    @Nullable
    String problemOf(String schema) {
        var problems = new ProblemText();
        for (var error : meta.validate(schema, InputFormat.JSON)) {
            problems.add(String.valueOf(error.getInstanceLocation()), error.getMessage());
        }
        return problems.orNull();
    }

    /**
     * Reads a schema, and nothing but it: whatever it refers to outside is not loaded.
     *
     * @throws IllegalArgumentException a bad regular expression, or past a limit
     */
    Schema read(String schema, SchemaLimits limits) {
        var config = SchemaRegistryConfig.builder()
                .locale(Locale.ROOT)
                .regularExpressionFactory(new Patterns(limits.patternStatesMax())::compile)
                .build();
        return SchemaRegistry.withDialect(
                        dialect,
                        registry -> registry.schemaLoader(loader -> loader.allow(_ -> false))
                                .schemaRegistryConfig(config))
                .getSchema(schema, InputFormat.JSON);
    }

    /** The regular expressions of one schema; they have a bound together. */
    private static final class Patterns {
        private int statesLeft;

        Patterns(int statesMax) {
            statesLeft = statesMax;
        }

        RegularExpression compile(String pattern) {
            var compiled = EcmaPattern.compile(pattern, statesLeft);
            statesLeft -= compiled.size();
            return text -> compiled.isFoundIn(text, CheckBudget.CURRENT.get());
        }
    }
}
