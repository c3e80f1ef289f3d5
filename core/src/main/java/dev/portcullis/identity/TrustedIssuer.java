package dev.portcullis.identity;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Somebody whose identity assertions are believed (O-170).
 *
 * @param issuer {@code iss}, exactly
 * @param keys where its public keys are
 * @param clientIds {@code client_id} in its assertions → the client's id here; one that is not named is the same in both places
 * @param claims names of its claims about a person
 */
public record TrustedIssuer(String issuer, Keys keys, Map<String, String> clientIds, ClaimNames claims) {
    public TrustedIssuer {
        clientIds = Map.copyOf(clientIds);
    }

    /** Public keys. */
    public sealed interface Keys {
        /** A JWK set, JSON. */
        record Inline(String jwks) implements Keys {
            /** @throws IllegalArgumentException no JWK set, or one without a key that can be used */
            public Inline {
                parse(jwks);
            }

            VerificationKeys parsed() {
                return parse(jwks);
            }

            private static VerificationKeys parse(String jwks) {
                VerificationKeys parsed = VerificationKeys.parse(jwks.getBytes(StandardCharsets.UTF_8));
                if (parsed == null || parsed.keys().isEmpty()) {
                    throw new IllegalArgumentException("no JWK set with a public RSA or P-256 key for signatures");
                }
                return parsed;
            }
        }

        /** Where the JWK set is fetched, again and again. */
        record At(URI jwksUri) implements Keys {}
    }

    /**
     * Where an assertion says what about a person.
     *
     * @param email null: nowhere, and no rule about addresses fits
     * @param name null: nowhere
     * @param groups null: nowhere
     */
    public record ClaimNames(
            @Nullable String email,
            @Nullable String name,
            @Nullable String groups) {
        /** The names of OpenID Connect. */
        public static final ClaimNames DEFAULT = new ClaimNames("email", "name", "groups");
    }
}
