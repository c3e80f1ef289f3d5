package dev.portcullis.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 of a token, as four words: what tables and stores know a token by (O-106). Tokens carry 256 random bits, so a fast hash is enough and finding a token
 * by its hash tells nothing about another. Immutable; one small object, made without further garbage.
 */
public record TokenHash(long a, long b, long c, long d) {
    /** Characters that {@link #of(CharSequence, int, int)} takes at most. */
    public static final int TEXT_MAX = 128;

    /** A digest is written as ints: longs read right behind that would have to wait until they are in the cache. */
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /** The hash of a token's characters; characters beyond Latin-1 cannot occur in a token and hash as {@code ?}. */
    public static TokenHash of(String token) {
        return of(token.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * The hash of a stretch of Latin-1 text, made without copying it to the heap: for the check that runs with each request. The caller has bounded its length.
     * Of characters beyond Latin-1, which no header brings, the low byte counts.
     *
     * @param length at most {@link #TEXT_MAX}
     */
    public static TokenHash of(CharSequence text, int from, int length) {
        var scratch = SCRATCH.get();
        scratch.digest(text, from, length);
        return ofDigest(scratch.out);
    }

    /** The hash of these bytes. */
    public static TokenHash of(byte[] token) {
        return of(token, 0, token.length);
    }

    /** The hash of a range of bytes. */
    public static TokenHash of(byte[] bytes, int offset, int length) {
        var scratch = SCRATCH.get();
        scratch.digest(bytes, offset, length);
        return ofDigest(scratch.out);
    }

    /** @param digest 32 bytes, big-endian */
    public static TokenHash ofDigest(byte[] digest) {
        return new TokenHash(word(digest, 0), word(digest, 8), word(digest, 16), word(digest, 24));
    }

    private static long word(byte[] digest, int at) {
        return (long) (int) INTS.get(digest, at) << 32 | ((int) INTS.get(digest, at + 4) & 0xFFFF_FFFFL);
    }

    /** @return the 32 bytes of the digest */
    public byte[] toBytes() {
        byte[] bytes = new byte[32];
        LONGS.set(bytes, 0, a);
        LONGS.set(bytes, 8, b);
        LONGS.set(bytes, 16, c);
        LONGS.set(bytes, 24, d);
        return bytes;
    }

    /** Compares in time that does not depend on where two hashes differ. */
    @Override
    public boolean equals(Object other) {
        return other instanceof TokenHash(long oa, long ob, long oc, long od)
                && ((a ^ oa) | (b ^ ob) | (c ^ oc) | (d ^ od)) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(a);
    }

    /** @return 64 hexadecimal digits */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(toBytes());
    }

    private static final class Scratch {
        final MessageDigest digest;
        final byte[] out = new byte[32];
        final byte[] text = new byte[TEXT_MAX];

        Scratch() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        void digest(CharSequence characters, int from, int length) {
            if (characters instanceof String string) {
                copyLatin1(string, from, length, text);
            } else {
                for (int i = 0; i < length; i++) {
                    text[i] = (byte) characters.charAt(from + i);
                }
            }
            digest(text, 0, length);
        }

        @SuppressWarnings(
                "deprecation") // the one way to copy out of a Latin-1 string without garbage; that it drops high bytes
        // is said above
        private static void copyLatin1(String text, int from, int length, byte[] target) {
            text.getBytes(from, from + length, target, 0);
        }

        /** Leaves the digest in {@link #out}. */
        void digest(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
            try {
                digest.digest(out, 0, 32);
            } catch (DigestException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
