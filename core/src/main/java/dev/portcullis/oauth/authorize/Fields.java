package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.TokenHash;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A compact binary form for what this room seals: fields one after the other, texts as length (-1: absent) and UTF-8. One thread. */
final class Fields {
    private Fields() {}

    /** Writes. */
    static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

        Writer number(long value) {
            out.writeBytes(ByteBuffer.allocate(8).putLong(value).array());
            return this;
        }

        Writer flag(boolean value) {
            out.write(value ? 1 : 0);
            return this;
        }

        Writer hash(TokenHash hash) {
            out.writeBytes(hash.toBytes());
            return this;
        }

        Writer text(@Nullable String text) {
            if (text == null) {
                return length(-1);
            }
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            length(utf8.length);
            out.writeBytes(utf8);
            return this;
        }

        Writer texts(Collection<String> texts) {
            length(texts.size());
            texts.forEach(this::text);
            return this;
        }

        private Writer length(int value) {
            out.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
            return this;
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }

    /** Reads what {@link Writer} wrote; only ever given bytes whose seal or MAC was good. Fails with {@link IllegalArgumentException} otherwise. */
    static final class Reader {
        private final ByteBuffer in;

        Reader(byte[] bytes) {
            in = ByteBuffer.wrap(bytes);
        }

        long number() {
            require(8);
            return in.getLong();
        }

        boolean flag() {
            require(1);
            return in.get() != 0;
        }

        TokenHash hash() {
            require(32);
            byte[] digest = new byte[32];
            in.get(digest);
            return TokenHash.ofDigest(digest);
        }

        @Nullable
        String optionalText() {
            int length = length();
            if (length < 0) {
                return null;
            }
            require(length);
            byte[] utf8 = new byte[length];
            in.get(utf8);
            return new String(utf8, StandardCharsets.UTF_8);
        }

        String text() {
            String text = optionalText();
            if (text == null) {
                throw new IllegalArgumentException("a required field is absent");
            }
            return text;
        }

        List<String> texts() {
            var texts = new ArrayList<String>();
            for (int left = length(); left > 0; left--) {
                texts.add(text());
            }
            return texts;
        }

        private int length() {
            require(4);
            return in.getInt();
        }

        private void require(int bytes) {
            if (in.remaining() < bytes) {
                throw new IllegalArgumentException("cut short", new BufferUnderflowException());
            }
        }
    }
}
