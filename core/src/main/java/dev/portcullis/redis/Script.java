package dev.portcullis.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A Lua script. All keys of one run are in one hash slot, and all that it touches is among them.
 *
 * @param text its source; its SHA-1 is what is sent
 * @param writes whether it changes anything, and counts only once replicas have it, where that is asked for
 */
public record Script(byte[] text, boolean writes) {
    /** One that writes. */
    public Script(byte[] text) {
        this(text, true);
    }

    /**
     * One that writes.
     *
     * @param name of a file beside a class, such as {@code rotate.lua}
     */
    public static Script of(Class<?> beside, String name) {
        return new Script(text(beside, name), true);
    }

    /** One that only reads; the name as of {@link #of}. */
    public static Script reading(Class<?> beside, String name) {
        return new Script(text(beside, name), false);
    }

    private static byte[] text(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no script " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
