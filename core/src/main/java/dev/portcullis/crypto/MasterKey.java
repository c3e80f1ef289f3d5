package dev.portcullis.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The one secret of a deployment ({@code COOKIE_ENCRYPTION_KEY}), from which every other key is derived with a label of its own (HKDF-SHA256, RFC 5869), so that
 * no two purposes share a key (O-180). Immutable.
 */
public final class MasterKey {
    private static final byte[] SALT = "dev.portcullis/1".getBytes(StandardCharsets.US_ASCII);

    private final byte[] secret;

    /** @param secret any text; its UTF-8 bytes are the key material */
    public MasterKey(String secret) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A 256-bit AES key for one purpose.
     *
     * @param label names the purpose and its format's version, e.g. {@code session-id/1}
     */
    public SecretKey aes(String label) {
        return new SecretKeySpec(derive(label), "AES");
    }

    /** A 256-bit HMAC-SHA256 key for one purpose. */
    public SecretKey hmac(String label) {
        return new SecretKeySpec(derive(label), "HmacSHA256");
    }

    private byte[] derive(String label) {
        try {
            var spec = HKDFParameterSpec.ofExtract()
                    .addIKM(secret)
                    .addSalt(SALT)
                    .thenExpand(label.getBytes(StandardCharsets.US_ASCII), 32);
            return KDF.getInstance("HKDF-SHA256").deriveData(spec);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks HKDF-SHA256", e);
        }
    }

    @Override
    public String toString() {
        return "MasterKey[…]";
    }
}
