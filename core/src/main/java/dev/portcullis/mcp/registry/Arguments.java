package dev.portcullis.mcp.registry;

import org.jspecify.annotations.Nullable;

/** A call's arguments, by name. They have passed the input schema, so a required one is there and of its type; asking for another type is a bug and throws. */
public interface Arguments {
    /** @return whether the argument was given and is not null */
    boolean has(String name);

    /** @throws IllegalArgumentException absent, or not a number */
    double number(String name);

    /** @throws IllegalArgumentException present and not an integer within ±2^63 */
    long integer(String name, long whenAbsent);

    /** @throws IllegalArgumentException absent, or not a string */
    String string(String name);

    /** @throws IllegalArgumentException present and not a boolean */
    boolean bool(String name, boolean whenAbsent);

    /** @return the argument as JSON text; null if absent */
    @Nullable
    String json(String name);
}
