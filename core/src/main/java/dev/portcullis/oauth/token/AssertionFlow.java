package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.IdentityAssertion;
import dev.portcullis.identity.IdentityAssertions;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.JsonObject;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.ResourceMatcher;
import dev.portcullis.oauth.dpop.DpopProofs;
import dev.portcullis.oauth.token.TokenRequest.AssertionGrant;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From an identity assertion of a trusted issuer to an access token, without a browser (ID-JAG; MCP Enterprise-Managed Authorization §5; O-170).
 *
 * <pre>
 *  client ────► public ──────────────────────────────────────► unauthorized_client
 *  assertion ─► does not hold, other client, other resource ─► invalid_grant, in one text for all of it
 *            ─► its keys cannot be had ──────────────────────► temporarily_unavailable
 *  person ────► the policy says no ──────────────────────────► invalid_grant, the same text
 *  jti ───────► spent before ────────────────────────────────► invalid_grant, the same text
 *            ─► the store cannot say ────────────────────────► temporarily_unavailable: fails closed
 *            ─► spent now, by this request alone ────────────► a grant that ends with its one access token
 * </pre>
 */
final class AssertionFlow {
    private static final Logger LOG = System.getLogger(AssertionFlow.class.getName());
    private static final int RETRY_AFTER_SECONDS = 10;

    private final GrantStore store;
    private final IdentityAssertions assertions;
    private final ResourceMatcher matcher;
    private final Narrowing narrowing;
    private final DirectGrants grants;
    private final Policy policy;
    private final Telemetry telemetry;

    AssertionFlow(
            GrantStore store,
            OAuthSettings settings,
            IdentityAssertions assertions,
            DirectGrants grants,
            Policy policy,
            Telemetry telemetry) {
        this.store = store;
        this.assertions = assertions;
        this.matcher = new ResourceMatcher(settings);
        this.narrowing = new Narrowing(matcher);
        this.grants = grants;
        this.policy = policy;
        this.telemetry = telemetry;
    }

    TokenResponse exchange(AssertionGrant request, RegisteredClient client, Possession possession, long nowSeconds) {
        if (client.authMethod() == RegisteredClient.AuthMethod.NONE) {
            throw new OAuthException(
                    OAuthError.UNAUTHORIZED_CLIENT, "this grant_type is for clients that authenticate");
        }
        IdentityAssertion assertion = verify(request.assertion());
        if (!assertion.clientId().equals(client.id())) {
            throw refused("it is for another client");
        }
        List<String> granted = ours(assertion.resources());
        var resources = narrowing.resources(request.resources(), granted);
        if (policy.decide(DirectGrants.asking(assertion.identity(), client, Scopes.NONE), new Action.SignIn())
                instanceof Decision.Deny(String rule)) {
            throw refused("the person may not sign in: " + rule);
        }
        var scopes = grants.allowed(asked(request.scope(), assertion.scope()), client, assertion.identity());
        TokenHash holder = prove(assertion.confirmation(), possession);
        spend(assertion, client, nowSeconds);
        return grants.issue(client, assertion.identity(), scopes, resources, holder, nowSeconds);
    }

    private IdentityAssertion verify(String assertion) {
        try {
            return assertions.verify(assertion);
        } catch (IdentityException e) {
            if (e.kind() == IdentityException.Kind.UNAVAILABLE) {
                LOG.log(Level.WARNING, "an assertion could not be checked: {0}", e.getMessage());
                throw new OAuthException(
                        OAuthError.TEMPORARILY_UNAVAILABLE,
                        "the assertion cannot be checked now, ask again",
                        RETRY_AFTER_SECONDS);
            }
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    /** A resource that is not ours is a fault of the assertion, not of the request (EMA; O §13, 13). */
    private List<String> ours(List<String> named) {
        var ours = new LinkedHashSet<String>();
        for (String resource : named) {
            String match = matcher.match(resource);
            if (match == null) {
                throw refused("it is for a resource that is not ours");
            }
            ours.add(match);
        }
        return List.copyOf(ours);
    }

    /** What both the request and the assertion name; what one of them names, if the other says nothing. */
    private static Scopes asked(@Nullable String requested, @Nullable String asserted) {
        Scopes wanted = Narrowing.parse(requested);
        Scopes allowed = Narrowing.parse(asserted);
        if (wanted.isEmpty() || allowed.isEmpty()) {
            return wanted.isEmpty() ? allowed : wanted;
        }
        return Narrowing.common(requested, allowed);
    }

    /** The one confirmation that is known is that of a key (RFC 9449 §6.1); any other fails closed. */
    private static @Nullable TokenHash prove(@Nullable JsonObject confirmation, Possession possession) {
        if (confirmation == null) {
            return possession.prove();
        }
        TokenHash boundTo = DpopProofs.thumbprint(confirmation.string("jkt"));
        if (boundTo == null || confirmation.members().size() != 1) {
            throw refused("it has a cnf that is not known");
        }
        return possession.prove(boundTo);
    }

    private void spend(IdentityAssertion assertion, RegisteredClient client, long nowSeconds) {
        String issuer = assertion.identity().issuer();
        var once = TokenHash.of(
                ("id-jag/1:" + issuer.length() + ":" + issuer + assertion.id()).getBytes(StandardCharsets.UTF_8));
        if (!store.spendOnce(once, assertion.spentUntil(), nowSeconds)) {
            telemetry.audit(AuditEvent.of(AuditEvent.What.ASSERTION_REPLAYED)
                    .client(client.id())
                    .failed("identity assertion"));
            throw refused("it was used before");
        }
    }

    /** @param why for our log only: the caller is told one thing for all causes (O-170) */
    private static OAuthException refused(String why) {
        LOG.log(Level.INFO, "an assertion was refused: {0}", why);
        return new OAuthException(OAuthError.INVALID_GRANT, "the assertion is not accepted");
    }
}
