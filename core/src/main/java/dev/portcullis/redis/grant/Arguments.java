package dev.portcullis.redis.grant;

import dev.portcullis.crypto.TokenHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a script is given, in order. One thread. */
final class Arguments {
    private final List<byte[]> arguments = new ArrayList<>();

    Arguments bytes(byte[] bytes) {
        arguments.add(bytes);
        return this;
    }

    Arguments text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    Arguments number(long number) {
        return text(Long.toString(number));
    }

    Arguments hash(TokenHash hash) {
        return bytes(hash.toBytes());
    }

    byte[][] toArray() {
        return arguments.toArray(byte[][]::new);
    }
}
