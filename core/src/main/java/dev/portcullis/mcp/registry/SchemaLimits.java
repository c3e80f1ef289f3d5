package dev.portcullis.mcp.registry;

/**
 * What a schema may cost (H-171, T-28). All but the last are checked when a schema is registered, and count the whole schema.
 *
 * @param bytesMax of its text in UTF-8
 * @param depthMax subschemas inside each other, and subschemas that {@code $ref} and the like apply to one value
 * @param subschemasMax objects that are schemas
 * @param enumEntriesMax values of all its {@code enum}s
 * @param patternStatesMax states of all its regular expressions; a counted repetition counts its copies
 * @param checkMillisMax time to check one value
 */
public record SchemaLimits(
        int bytesMax, int depthMax, int subschemasMax, int enumEntriesMax, int patternStatesMax, int checkMillisMax) {
    /** 256 KiB, 32 deep, 2,000 subschemas, 10,000 entries, 50,000 states, 50 milliseconds. */
    public static final SchemaLimits DEFAULTS = new SchemaLimits(256 * 1024, 32, 2_000, 10_000, 50_000, 50);
}
