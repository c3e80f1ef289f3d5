package dev.portcullis.oauth.browser;

import dev.portcullis.crypto.TokenHash;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A compact binary form for what is sealed and sent through a browser: fields one after the other, texts as length (-1: absent) and UTF-8. One thread. */
public final class Fields {
    private Fields() {}

    /** Writes. */
    public static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

        public Writer number(long value) {
            out.writeBytes(ByteBuffer.allocate(8).putLong(value).array());
            return this;
        }

        public Writer flag(boolean value) {
            out.write(value ? 1 : 0);
            return this;
        }

        public Writer hash(TokenHash hash) {
            out.writeBytes(hash.toBytes());
            return this;
        }

        public Writer text(@Nullable String text) {
            if (text == null) {
                return length(-1);
            }
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            length(utf8.length);
            out.writeBytes(utf8);
            return this;
        }

        public Writer texts(Collection<String> texts) {
            length(texts.size());
            texts.forEach(this::text);
            return this;
        }

        /** What another has written, after what this one has. */
        Writer then(Writer other) {
            out.writeBytes(other.bytes());
            return this;
        }

        private Writer length(int value) {
            out.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
            return this;
        }

        public byte[] bytes() {
            return out.toByteArray();
        }
    }

    /** Reads what {@link Writer} wrote; only ever given bytes whose seal or MAC was good. Fails with {@link IllegalArgumentException} otherwise. */
    public static final class Reader {
        private final ByteBuffer in;

        public Reader(byte[] bytes) {
            in = ByteBuffer.wrap(bytes);
        }

        public long number() {
            require(8);
            return in.getLong();
        }

        public boolean flag() {
            require(1);
            return in.get() != 0;
        }

        public TokenHash hash() {
            require(32);
            byte[] digest = new byte[32];
            in.get(digest);
            return TokenHash.ofDigest(digest);
        }

        /** @return null if {@code null} was written */
        public @Nullable String optionalText() {
            int length = length();
            if (length < 0) {
                return null;
            }
            require(length);
            byte[] utf8 = new byte[length];
            in.get(utf8);
            return new String(utf8, StandardCharsets.UTF_8);
        }

        public String text() {
            String text = optionalText();
            if (text == null) {
                throw new IllegalArgumentException("a required field is absent");
            }
            return text;
        }

        public List<String> texts() {
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
