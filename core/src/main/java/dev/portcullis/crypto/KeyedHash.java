package dev.portcullis.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/** HMAC-SHA256 under one key: values that only the holder of the key can make, and makes again whenever needed. Any thread. */
public final class KeyedHash {
    private final SecretKey key;

    /** @param key derived for this purpose alone ({@link MasterKey#hmac}) */
    public KeyedHash(SecretKey key) {
        this.key = key;
    }

    /** @return 32 bytes */
    public byte[] of(byte[] value) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(value);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is not available", e);
        }
    }

    /** @return the hash of the UTF-8 bytes of {@code value}, as 43 characters of unpadded base64url */
    public String base64Url(String value) {
        return Base64Url.encode(of(value.getBytes(StandardCharsets.UTF_8)));
    }
}
