package dev.portcullis.ops.conformance;

import dev.portcullis.mcp.model.Content;
import java.util.Base64;

/** The smallest of each kind of file. */
final class Samples {
    private static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
    private static final String WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

    private Samples() {}

    /** One pixel. */
    static byte[] png() {
        return Base64.getDecoder().decode(PNG);
    }

    static Content image() {
        return new Content.Image(png(), "image/png");
    }

    /** No sound at all. */
    static Content sound() {
        return new Content.Audio(Base64.getDecoder().decode(WAV), "audio/wav");
    }
}
