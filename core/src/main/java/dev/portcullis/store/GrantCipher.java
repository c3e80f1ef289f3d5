package dev.portcullis.store;

import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.Sealer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keeps what a grant knows about a person from whoever holds the database (O-107). Each grant has a random key; its properties are sealed under that key; the key
 * itself is wrapped (AES-KW, RFC 3394) once per live token under a key derived from the whole token. Without a live token nobody opens it, ourselves included:
 * when the last token ends, so does the knowledge.
 */
public final class GrantCipher {
    /** The label stands in the key's place: what is secret here is the token. */
    private static final KeyedHash WRAPPING_KEYS = new KeyedHash(
            new SecretKeySpec("dev.portcullis/grant-key-wrap/1".getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));

    private static final String PROPS_CONTEXT = "grant-props/1:";

    private GrantCipher() {}

    /** A new grant's key. */
    public static SecretKey newKey() {
        return new SecretKeySpec(Randoms.bytes(32), "AES");
    }

    /** @return 40 bytes: the grant's key as only the holder of {@code token} can get it back */
    public static byte[] wrap(SecretKey grantKey, String token) {
        try {
            var cipher = Cipher.getInstance("AESWrap");
            cipher.init(Cipher.WRAP_MODE, wrappingKey(token));
            return cipher.wrap(grantKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES key wrap failed", e);
        }
    }

    /** @throws StoreException the record does not belong to this token, or was changed */
    public static SecretKey unwrap(byte[] wrappedKey, String token) {
        try {
            var cipher = Cipher.getInstance("AESWrap");
            cipher.init(Cipher.UNWRAP_MODE, wrappingKey(token));
            return (SecretKey) cipher.unwrap(wrappedKey, "AES", Cipher.SECRET_KEY);
        } catch (GeneralSecurityException e) {
            throw new StoreException("a grant's key does not open with its own token: the record is damaged");
        }
    }

    /** Seals a grant's properties; the result opens only for the same grant. */
    public static byte[] sealProps(byte[] props, SecretKey grantKey, String grantId) {
        return new Sealer(grantKey).seal(props, context(grantId));
    }

    /** @throws StoreException the record is not this grant's, or was changed */
    public static byte[] openProps(byte[] sealedProps, SecretKey grantKey, String grantId) {
        byte[] props = new Sealer(grantKey).open(sealedProps, context(grantId));
        if (props == null) {
            throw new StoreException("a grant's properties do not open with its key: the record is damaged");
        }
        return props;
    }

    private static byte[] context(String grantId) {
        return (PROPS_CONTEXT + grantId).getBytes(StandardCharsets.UTF_8);
    }

    private static SecretKey wrappingKey(String token) {
        return new SecretKeySpec(WRAPPING_KEYS.of(token.getBytes(StandardCharsets.ISO_8859_1)), "AES");
    }
}
