package dev.portcullis.mcp.model;

import org.jspecify.annotations.Nullable;

/** Named values of a call, or of a form: they have passed their schema, so a required one is there and of its type; asking for another type is a bug and throws. */
public interface Arguments {
    /** @return whether the argument was given and is not null */
    boolean has(String name);

    /** @throws IllegalArgumentException absent, or not a number */
    double number(String name);

    /** @throws IllegalArgumentException present and not an integer within ±2^63 */
    long integer(String name, long whenAbsent);

    /** @throws IllegalArgumentException absent, or not a string */
    String string(String name);

    /** @throws IllegalArgumentException present and not a string */
    default String string(String name, String whenAbsent) {
        return has(name) ? string(name) : whenAbsent;
    }

    /** @throws IllegalArgumentException present and not a boolean */
    boolean bool(String name, boolean whenAbsent);

    /** @return the argument as JSON text; null if absent */
    @Nullable
    String json(String name);

    /** @return all of them as JSON text, an object */
    String json();
}
