package dev.portcullis.oauth.client;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.portcullis.identity.VerificationKeys;
import dev.portcullis.oauth.OAuthException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** JWK sets (RFC 7517 §5) that clients bring with them: public keys alone, few, and only the members that a signature is checked with. */
final class PublicKeySets {
    private static final int KEYS_MAX = 10;
    private static final Set<String> SECRET = Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");
    private static final Set<String> KEPT = Set.of("kty", "kid", "use", "key_ops", "alg", "n", "e", "crv", "x", "y");

    private PublicKeySets() {}

    /**
     * @param jwks JSON without repeated members
     * @return the set without what nobody needs
     * @throws OAuthException INVALID_CLIENT_METADATA: no set, too many keys, a private or symmetric one, or none that can be used
     */
    static String clean(String jwks) {
        List<Map<String, Object>> cleaned =
                keysOf(jwks).stream().map(PublicKeySets::cleanKey).toList();
        String text = JSONObjectUtils.toJSONString(Map.of("keys", cleaned));
        VerificationKeys usable = VerificationKeys.parse(text.getBytes(StandardCharsets.UTF_8));
        if (usable == null || usable.keys().isEmpty()) {
            throw MetadataMembers.invalid("jwks has no RSA key of 2048 bits or more and no P-256 key for signatures");
        }
        return text;
    }

    private static List<?> keysOf(String jwks) {
        try {
            if (JSONObjectUtils.parse(jwks).get("keys") instanceof List<?> keys
                    && !keys.isEmpty()
                    && keys.size() <= KEYS_MAX) {
                return keys;
            }
        } catch (ParseException e) {
            // Said below.
        }
        throw MetadataMembers.invalid("jwks must be a JWK set of 1 to " + KEYS_MAX + " keys");
    }

    private static Map<String, Object> cleanKey(Object key) {
        var kept = new TreeMap<String, Object>();
        if (!(key instanceof Map<?, ?> members)) {
            throw MetadataMembers.invalid("jwks has a key that is not an object");
        }
        members.forEach((name, value) -> {
            if (SECRET.contains(String.valueOf(name))) {
                throw MetadataMembers.invalid("jwks must hold public keys only");
            }
            if (KEPT.contains(String.valueOf(name))) {
                kept.put(String.valueOf(name), value);
            }
        });
        return kept;
    }
}
