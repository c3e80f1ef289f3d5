package dev.portcullis.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The one secret of a deployment ({@code COOKIE_ENCRYPTION_KEY}), from which every other key is derived with a label of its own (HKDF-SHA256, RFC 5869), so that
 * no two purposes share a key (O-180). While it is being replaced there are earlier ones: what they sealed or signed still opens and holds, and nothing new is made
 * with them. Immutable.
 */
public final class MasterKey {
    private static final byte[] SALT = "dev.portcullis/1".getBytes(StandardCharsets.US_ASCII);

    /** The one in use first. */
    private final List<byte[]> secrets;

    /** @param secret any text; its UTF-8 bytes are the key material */
    public MasterKey(String secret) {
        this(secret, List.of());
    }

    /**
     * @param secret the one in use
     * @param earlier those it replaces, latest first
     */
    public MasterKey(String secret, List<String> earlier) {
        this.secrets = Stream.concat(Stream.of(secret), earlier.stream())
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private MasterKey(List<byte[]> secrets) {
        this.secrets = List.copyOf(secrets);
    }

    /** @return each key alone, the one in use first: for what belongs together and must come from one of them */
    public List<MasterKey> generations() {
        return secrets.stream().map(secret -> new MasterKey(List.of(secret))).toList();
    }

    /**
     * Seals for one purpose.
     *
     * @param label names the purpose and its format's version, e.g. {@code session-id/1}
     */
    public Sealer sealer(String label) {
        return new Sealer(keys(label, "AES"));
    }

    /** Signs for one purpose; {@code label} as of {@link #sealer}. */
    public KeyedHash keyedHash(String label) {
        return new KeyedHash(keys(label, "HmacSHA256"));
    }

    private List<SecretKey> keys(String label, String algorithm) {
        return secrets.stream()
                .<SecretKey>map(secret -> new SecretKeySpec(derive(secret, label), algorithm))
                .toList();
    }

    /**
     * A 256-bit AES key for one purpose.
     *
     * @param label names the purpose and its format's version, e.g. {@code session-id/1}
     */
    public SecretKey aes(String label) {
        return keys(label, "AES").getFirst();
    }

    /** A 256-bit HMAC-SHA256 key for one purpose. */
    public SecretKey hmac(String label) {
        return hmacs(label).getFirst();
    }

    /** The same of every secret, of the one in use first: for what must tell by itself what was made with earlier ones. */
    public List<SecretKey> hmacs(String label) {
        return keys(label, "HmacSHA256");
    }

    private static byte[] derive(byte[] secret, String label) {
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
