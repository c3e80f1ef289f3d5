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
import dev.portcullis.policy.GrantedScopes;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
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
    private final Telemetry telemetry;

    DirectGrants(GrantStore store, OAuthSettings settings, SubjectKeys subjects, Policy policy, Telemetry telemetry) {
        this.store = store;
        this.settings = settings;
        this.subjects = subjects;
        this.policy = policy;
        this.telemetry = telemetry;
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
        Scopes held = GrantedScopes.of(wanted, client.scopes(), asking(identity, client, wanted), policy);
        if (held.isEmpty() && !(requested.isEmpty() && settings.defaultScopes().isEmpty())) {
            throw new OAuthException(OAuthError.INVALID_SCOPE, "none of the scopes may be granted");
        }
        return held;
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
        for (String ended : store.createGrant(grant, access.token(), GRANTS_MAX, nowSeconds)) {
            telemetry.audit(AuditEvent.of(AuditEvent.What.GRANT_REVOKED)
                    .client(client.id())
                    .grant(ended)
                    .person(grant.subjectKey())
                    .detail("too many grants of one person for one client"));
        }
        return access.toResponse(null);
    }
}
