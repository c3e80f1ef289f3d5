package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.AccessAssertionVerifier;
import dev.portcullis.identity.AccessAssertionVerifier.Asserted;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.GrantedScopes;
import dev.portcullis.policy.Policy;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;

/**
 * Callers for whom Cloudflare Access vouches, in place of an access token of ours (O-153, O-154). An assertion is the same for all requests of a browser or program for
 * hours: what was checked is known by its hash until it ends, and what did not hold for a moment, both bounded. Any thread.
 */
public final class AccessAssertions {
    /** Through Access itself, not through an OAuth client. */
    public static final String CLIENT_ID = "cloudflare-access";

    private static final Logger LOG = System.getLogger(AccessAssertions.class.getName());
    private static final int CHARS_MAX = 16 * 1024;

    private final AccessAssertionVerifier verifier;
    private final Policy policy;
    private final Scopes scopes;
    private final InstantSource clock;
    private final TokenTable live;
    private final BogusTable bogus;

    /**
     * @param policy who may come in, and with which scopes
     * @param scopes all there are: nobody asks for them, so everyone has those that they may have
     */
    public AccessAssertions(
            AccessAssertionVerifier verifier,
            Policy policy,
            Scopes scopes,
            AccessTokenVerifier.Limits limits,
            InstantSource clock) {
        this.verifier = verifier;
        this.policy = policy;
        this.scopes = scopes;
        this.clock = clock;
        this.live = new TokenTable(limits.tokensMax());
        this.bogus = new BogusTable(limits.bogusTokensMax(), limits.bogusMillis());
    }

    /**
     * Looks without blocking and without arithmetic on keys; for event loops.
     *
     * @return {@link VerifiedToken}, {@link TokenCheck#REFUSED}, or {@link TokenCheck#ASK_STORE}: ask {@link #load}
     */
    public TokenCheck peek(String assertion) {
        if (assertion.isEmpty() || assertion.length() > CHARS_MAX) {
            return TokenCheck.REFUSED;
        }
        var hash = TokenHash.of(assertion);
        var known = live.get(hash);
        if (known != null) {
            return known.expiresAtSeconds() * 1000 > clock.millis() ? known : TokenCheck.REFUSED;
        }
        return bogus.contains(hash, clock.millis()) ? TokenCheck.REFUSED : TokenCheck.ASK_STORE;
    }

    /**
     * Checks it. Blocks when the team's keys must be fetched.
     *
     * @return {@link VerifiedToken} or {@link TokenCheck#REFUSED}
     * @throws IdentityException UNAVAILABLE: the keys cannot be had, and nothing is known
     */
    public TokenCheck load(String assertion) throws IdentityException {
        var known = peek(assertion);
        if (known != TokenCheck.ASK_STORE) {
            return known;
        }
        var hash = TokenHash.of(assertion);
        try {
            var checked = admit(verifier.verify(assertion), hash);
            if (checked instanceof VerifiedToken token) {
                live.put(token, clock.millis() / 1000);
            } else {
                bogus.add(hash, clock.millis());
            }
            return checked;
        } catch (IdentityException e) {
            if (e.kind() == IdentityException.Kind.UNAVAILABLE) {
                throw e;
            }
            LOG.log(Level.DEBUG, "refused: {0}", e.getMessage());
            bogus.add(hash, clock.millis());
            return TokenCheck.REFUSED;
        }
    }

    private TokenCheck admit(Asserted asserted, TokenHash hash) {
        var identity = asserted.identity();
        String client = asserted.isService() ? identity.subject() : CLIENT_ID;
        var wanting = new Principal(identity, client, "", scopes);
        if (!(policy.decide(wanting, new Action.SignIn()) instanceof Decision.Allow)) {
            LOG.log(Level.INFO, "somebody for whom Access vouches may not come in by policy");
            return TokenCheck.REFUSED;
        }
        var held = GrantedScopes.of(scopes, Scopes.NONE, wanting, policy);
        var principal = new Principal(identity, client, "", held);
        return VerifiedToken.untilItsEnd(principal, asserted.expiresAt(), hash);
    }
}
