package dev.portcullis.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 under one key: values that only the holder of the key can make, and makes again whenever needed. Any thread. */
public final class KeyedHash {
    /** The one in use first, then those whose values still hold. */
    private final List<SecretKey> keys;

    /** @param key derived for this purpose alone ({@link MasterKey#hmac}) */
    public KeyedHash(SecretKey key) {
        this(List.of(key));
    }

    KeyedHash(List<SecretKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** @return 32 bytes */
    public byte[] of(byte[] value) {
        return of(value, keys.getFirst());
    }

    /** @return what {@link #of} gives, then what it gave under each earlier key */
    public List<byte[]> allOf(byte[] value) {
        return keys.stream().map(key -> of(value, key)).toList();
    }

    /** A sealer for whoever knows a value: neither our key alone nor the value alone opens what it has sealed. Under earlier keys it only opens. */
    public Sealer sealerFor(byte[] value) {
        return new Sealer(allOf(value).stream()
                .<SecretKey>map(bytes -> new SecretKeySpec(bytes, "AES"))
                .toList());
    }

    /** Whether {@code hash} is that of {@code value}, under the key in use or an earlier one. In constant time for each. */
    public boolean isOf(byte[] value, byte[] hash) {
        return keys.stream().anyMatch(key -> MessageDigest.isEqual(of(value, key), hash));
    }

    private static byte[] of(byte[] value, SecretKey key) {
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
