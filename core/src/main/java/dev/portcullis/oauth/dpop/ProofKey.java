package dev.portcullis.oauth.dpop;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.JsonObject;
import java.security.PublicKey;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The public key that a proof brings in its header: RSA of 2048 to 8192 bits or P-256.
 *
 * @param thumbprint SHA-256 of the key's canonical form (RFC 7638): what tokens are bound to
 */
record ProofKey(PublicKey key, TokenHash thumbprint) {
    private static final int RSA_BITS_MIN = 2048;
    private static final int RSA_BITS_MAX = 8192;
    private static final int THUMBPRINT_CHARS = 43;

    /** Members that only private and symmetric keys have (RFC 7518 §6.2.2, §6.3.2, §6.4.1). */
    private static final Set<String> PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

    /** @return null if it is no such key, or not a public one */
    static @Nullable ProofKey of(@Nullable JsonObject jwk) {
        if (jwk == null || PRIVATE.stream().anyMatch(jwk::has)) {
            return null;
        }
        // The members that make the key, and so the thumbprint, and no others.
        var members = new HashMap<String, Object>(jwk.members());
        members.keySet().retainAll(Set.of("kty", "crv", "x", "y", "n", "e"));
        try {
            return of(JWK.parse(members));
        } catch (ParseException | JOSEException | RuntimeException e) {
            // The library has several ways to say that this is no key.
            return null;
        }
    }

    private static @Nullable ProofKey of(JWK jwk) throws JOSEException {
        PublicKey key = switch (jwk) {
            case RSAKey rsa when rsa.size() >= RSA_BITS_MIN && rsa.size() <= RSA_BITS_MAX -> rsa.toRSAPublicKey();
            case ECKey ec when Curve.P_256.equals(ec.getCurve()) -> ec.toECPublicKey();
            default -> null;
        };
        return key == null
                ? null
                : new ProofKey(key, TokenHash.ofDigest(jwk.computeThumbprint().decode()));
    }

    /** @return the hash that a thumbprint in base64url stands for ({@code jkt}); null if it is none */
    static @Nullable TokenHash thumbprintOf(@Nullable String text) {
        byte[] digest = text == null ? null : Base64Url.decode(text, THUMBPRINT_CHARS);
        return digest == null || digest.length != 32 ? null : TokenHash.ofDigest(digest);
    }
}
