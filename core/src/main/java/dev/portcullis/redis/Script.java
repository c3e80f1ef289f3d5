package dev.portcullis.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A Lua script. All keys of one run are in one hash slot, and all that it touches is among them.
 *
 * @param text its source; its SHA-1 is what is sent
 */
public record Script(byte[] text) {
    /** @param name of a file beside a class, such as {@code rotate.lua} */
    public static Script of(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no script " + name);
            }
            return new Script(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
