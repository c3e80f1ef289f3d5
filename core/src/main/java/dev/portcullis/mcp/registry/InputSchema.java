package dev.portcullis.mcp.registry;

import dev.portcullis.json.RawJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a tool's arguments must be: compiled where the schema is simple, checked by the library where it is not. Immutable. */
public final class InputSchema {
    private final @Nullable FlatSchema flat;
    private final @Nullable JsonSchema full;
    private final List<MirroredArgument> mirrored;

    private InputSchema(@Nullable FlatSchema flat, @Nullable JsonSchema full, List<MirroredArgument> mirrored) {
        this.flat = flat;
        this.full = full;
        this.mirrored = mirrored;
    }

    /** The same with {@link SchemaLimits#DEFAULTS}. */
    public static InputSchema compile(String text) {
        return compile(text, SchemaLimits.DEFAULTS);
    }

    /**
     * @param text JSON Schema 2020-12, or draft-07 if {@code $schema} says so, with {@code "type":"object"} (H-171)
     * @throws IllegalArgumentException what is wrong with it
     */
    public static InputSchema compile(String text, SchemaLimits limits) {
        var checked = SchemaRules.check(text, limits);
        if (!"object".equals(checked.root().get("type"))) {
            throw new IllegalArgumentException("inputSchema must have \"type\":\"object\"");
        }
        var flat = FlatSchema.compile(checked.root());
        return new InputSchema(
                flat, flat == null ? JsonSchema.compile(text, checked.dialect(), limits) : null, checked.mirrored());
    }

    /** @param arguments an object   @return what is wrong, for the model; null if nothing is */
    public @Nullable String check(RawJson arguments) {
        if (flat != null) {
            return flat.check(arguments);
        }
        return full != null ? full.check(arguments) : null;
    }

    /** @return whether a check takes well under a microsecond, so that an event loop may do it */
    public boolean isCompiled() {
        return flat != null;
    }

    /** @return the arguments that headers repeat */
    public List<MirroredArgument> mirrored() {
        return mirrored;
    }
}
