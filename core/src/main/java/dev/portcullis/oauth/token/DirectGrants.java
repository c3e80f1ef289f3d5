package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.SubjectKeys;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Grants that no browser was needed for: they begin with their one access token and end with it (O-170, O-175). There is no refresh token: whoever wants another
 * access token proves anew what the first was given for. Blocks on the store.
 */
final class DirectGrants {
    /** Many processes may act as one client; the bound keeps one of them from filling the store. */
    private static final int GRANTS_MAX = 1_000;

    private static final int LIFE_SECONDS_MAX = 3_600;

    private final GrantStore store;
    private final OAuthSettings settings;
    private final SubjectKeys subjects;
    private final Policy policy;

    DirectGrants(GrantStore store, OAuthSettings settings, SubjectKeys subjects, Policy policy) {
        this.store = store;
        this.settings = settings;
        this.subjects = subjects;
        this.policy = policy;
    }

    /** Who asks, before anything is given. */
    static Principal asking(Identity identity, RegisteredClient client, Scopes scopes) {
        return new Principal(identity, client.id(), "", scopes);
    }

    /**
     * What of the requested scopes exists here, is within the client's bound, and may be held by the caller (O-42). Without a request: the scopes that everybody gets.
     *
     * @throws OAuthException INVALID_SCOPE: something is wanted and nothing of it is left
     */
    Scopes allowed(Scopes requested, RegisteredClient client, Identity identity) {
        Scopes wanted = requested.isEmpty() ? settings.defaultScopes() : requested.intersect(settings.scopes());
        if (!client.scopes().isEmpty()) {
            wanted = wanted.intersect(client.scopes());
        }
        Principal asking = asking(identity, client, wanted);
        var held = new LinkedHashSet<String>();
        for (String scope : wanted.values()) {
            if (policy.decide(asking, new Action.HoldScope(scope)) instanceof Decision.Allow) {
                held.add(scope);
            }
        }
        if (held.isEmpty() && !(requested.isEmpty() && settings.defaultScopes().isEmpty())) {
            throw new OAuthException(OAuthError.INVALID_SCOPE, "none of the scopes may be granted");
        }
        return Scopes.of(held);
    }

    TokenResponse issue(
            RegisteredClient client,
            Identity identity,
            Scopes scopes,
            List<String> resources,
            @Nullable TokenHash holder,
            long nowSeconds) {
        String grantId = TokenFormat.newGrantId();
        var grantKey = GrantCipher.newKey();
        long endsAt = nowSeconds + Math.min(settings.lives().access(), LIFE_SECONDS_MAX);
        var grant = new Grant(
                grantId,
                client,
                "",
                subjects.of(identity),
                scopes,
                resources,
                GrantCipher.sealProps(new GrantProps(identity, null).encode(), grantKey, grantId),
                nowSeconds,
                nowSeconds,
                endsAt,
                endsAt);
        var access = Minted.access(grant, grantKey, scopes, resources, settings.lives(), nowSeconds)
                .heldBy(holder);
        store.createGrant(grant, access.token(), GRANTS_MAX, nowSeconds);
        return access.toResponse(null);
    }
}
