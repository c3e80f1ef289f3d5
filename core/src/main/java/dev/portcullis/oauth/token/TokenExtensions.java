package dev.portcullis.oauth.token;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.IdentityAssertions;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.dpop.DpopProofs;
import dev.portcullis.store.GrantStore;
import dev.portcullis.telemetry.Telemetry;
import java.util.Set;

/**
 * What the token endpoint needs beside codes and refresh tokens. Which of it is on stands in {@link OAuthSettings#offered}.
 *
 * @param dpop proofs of possession (O-160)
 * @param assertions identity assertions of trusted issuers (O-170)
 * @param introspectors ids of clients that may ask about every token; others only about their own (O-117)
 * @param failedAuthenticationsMax of a client from one address, at once; 0: no limit (O-84)
 */
public record TokenExtensions(
        DpopProofs dpop, IdentityAssertions assertions, Set<String> introspectors, int failedAuthenticationsMax) {
    private static final int FORGIVEN_SECONDS = 15;
    private static final int ATTEMPTS_REMEMBERED = 50_000;

    public TokenExtensions {
        introspectors = Set.copyOf(introspectors);
    }

    /** Nothing but what the settings say: proofs if they are on, no trusted issuers, no rules, no limit. */
    public static TokenExtensions none(OAuthSettings settings, MasterKey key, GrantStore store, Telemetry telemetry) {
        return new TokenExtensions(
                new DpopProofs(settings.offered().dpop(), key, store, false, 1_000, telemetry),
                IdentityAssertions.ofNobody(),
                Set.of(),
                0);
    }

    FailedAttempts.Limits attemptLimits() {
        return new FailedAttempts.Limits(failedAuthenticationsMax, FORGIVEN_SECONDS, ATTEMPTS_REMEMBERED);
    }
}
