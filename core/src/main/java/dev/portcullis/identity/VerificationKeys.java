package dev.portcullis.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.security.PublicKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The usable keys of a JWK set (RFC 7517): RSA of 2048 to 8192 bits and P-256, meant for signatures. Others are skipped, symmetric ones above all. Immutable.
 */
public record VerificationKeys(List<Entry> keys) {
    private static final int KEYS_MAX = 100;
    private static final int RSA_BITS_MIN = 2048;
    private static final int RSA_BITS_MAX = 8192;

    public VerificationKeys {
        keys = List.copyOf(keys);
    }

    /** @param algorithm {@code alg} of the key; null if it is not bound to one */
    public record Entry(@Nullable String kid, @Nullable String algorithm, PublicKey key, boolean elliptic) {
        boolean fits(JWSAlgorithm wanted) {
            return elliptic == JWSAlgorithm.Family.EC.contains(wanted)
                    && (algorithm == null || algorithm.equals(wanted.getName()));
        }
    }

    /** @return null if this is no JWK set, or one of more than 100 keys */
    public static @Nullable VerificationKeys parse(byte[] json) {
        JsonObject document = JsonObject.parse(json);
        List<?> members = document == null ? null : document.array("keys");
        if (members == null || members.size() > KEYS_MAX) {
            return null;
        }
        var keys = new ArrayList<Entry>();
        for (Object member : members) {
            Entry entry = member instanceof Map<?, ?> jwk ? entry(jwk) : null;
            if (entry != null) {
                keys.add(entry);
            }
        }
        return new VerificationKeys(keys);
    }

    /** Whether a key has this id. */
    public boolean contains(String kid) {
        return keys.stream().anyMatch(entry -> kid.equals(entry.kid));
    }

    /** Keys of this id with which a signature by this algorithm may be checked. */
    public List<PublicKey> fitting(JWSAlgorithm algorithm, String kid) {
        return publicKeys(keys.stream().filter(entry -> kid.equals(entry.kid)), algorithm);
    }

    /** Keys of any id. */
    public List<PublicKey> fitting(JWSAlgorithm algorithm) {
        return publicKeys(keys.stream(), algorithm);
    }

    private static List<PublicKey> publicKeys(Stream<Entry> entries, JWSAlgorithm algorithm) {
        return entries.filter(entry -> entry.fits(algorithm)).map(Entry::key).toList();
    }

    private static @Nullable Entry entry(Map<?, ?> members) {
        try {
            JWK jwk = JWK.parse(strings(members));
            return isForSignatures(jwk) ? entry(jwk) : null;
        } catch (ParseException | JOSEException | RuntimeException e) {
            // A set may hold keys of kinds we do not know; they are not ours to judge.
            return null;
        }
    }

    private static @Nullable Entry entry(JWK jwk) throws JOSEException {
        String algorithm =
                jwk.getAlgorithm() == null ? null : jwk.getAlgorithm().getName();
        return switch (jwk) {
            case RSAKey rsa
            when rsa.size() >= RSA_BITS_MIN && rsa.size() <= RSA_BITS_MAX ->
                new Entry(rsa.getKeyID(), algorithm, rsa.toRSAPublicKey(), false);
            case ECKey ec
            when Curve.P_256.equals(ec.getCurve()) -> new Entry(ec.getKeyID(), algorithm, ec.toECPublicKey(), true);
            default -> null;
        };
    }

    private static boolean isForSignatures(JWK jwk) {
        boolean use = jwk.getKeyUse() == null || KeyUse.SIGNATURE.equals(jwk.getKeyUse());
        return use && (jwk.getKeyOperations() == null || jwk.getKeyOperations().contains(KeyOperation.VERIFY));
    }

    private static Map<String, Object> strings(Map<?, ?> members) {
        var named = new java.util.HashMap<String, Object>();
        members.forEach((name, value) -> named.put(String.valueOf(name), value));
        // Not needed, and certificates are costly to read.
        named.keySet().removeIf(name -> name.startsWith("x5"));
        return named;
    }
}
