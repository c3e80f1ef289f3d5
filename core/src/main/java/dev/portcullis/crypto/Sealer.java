package dev.portcullis.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Authenticated encryption of small values (AES-256-GCM, random 96-bit nonce in front, 128-bit tag behind). Whoever can open a value got it from whoever holds
 * the key, unchanged and for the same context. Any thread.
 */
public final class Sealer {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** How many bytes a seal adds to what it seals. */
    public static final int OVERHEAD_BYTES = NONCE_BYTES + TAG_BITS / 8;

    /** The one in use first, then those that only open. */
    private final List<SecretKey> keys;

    public Sealer(SecretKey key) {
        this(List.of(key));
    }

    /** @param keys the first seals, all open */
    Sealer(List<SecretKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /**
     * @param context authenticated, not stored; the same bytes must be given to {@link #open}
     * @return nonce, ciphertext, tag: {@link #OVERHEAD_BYTES} longer than {@code plain}
     */
    public byte[] seal(byte[] plain, byte[] context) {
        try {
            byte[] nonce = Randoms.bytes(NONCE_BYTES);
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, keys.getFirst(), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(context);
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + cipher.getOutputSize(plain.length));
            cipher.doFinal(plain, 0, plain.length, sealed, NONCE_BYTES);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is not available", e);
        }
    }

    /** @return what was sealed; null if it was not sealed by this key for this context, or was changed since */
    public byte @Nullable [] open(byte[] sealed, byte[] context) {
        if (sealed.length < OVERHEAD_BYTES) {
            return null;
        }
        for (SecretKey key : keys) {
            byte[] plain = open(sealed, context, key);
            if (plain != null) {
                return plain;
            }
        }
        return null;
    }

    private static byte @Nullable [] open(byte[] sealed, byte[] context, SecretKey key) {
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES));
            cipher.updateAAD(context);
            return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }
}
