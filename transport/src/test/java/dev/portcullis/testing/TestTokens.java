package dev.portcullis.testing;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.http.BearerGate;
import dev.portcullis.http.GuardedPaths;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.Telemetry;
import java.time.InstantSource;
import java.util.List;

/** Access tokens as a sign-in leaves them in the store. */
public final class TestTokens {
    private TestTokens() {}

    /** @return a live token with the scope {@code tools}, of a grant of its own that lives an hour */
    public static String issue(GrantStore store, Identity who, List<String> resources, long now, int lifeSeconds) {
        String grantId = TokenFormat.newGrantId();
        String issued = TokenFormat.newToken(TokenFormat.Kind.ACCESS, grantId);
        var key = GrantCipher.newKey();
        var client = new RegisteredClient(
                "client",
                "Client",
                List.of("http://localhost/cb"),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("authorization_code"),
                RegisteredClient.Kind.DYNAMIC,
                now);
        var scopes = Scopes.of("tools");
        var grant = new Grant(
                grantId,
                client,
                "http://localhost/cb",
                who.subject(),
                scopes,
                resources,
                GrantCipher.sealProps(new GrantProps(who, null).encode(), key, grantId),
                now,
                now,
                now + 3600,
                now + 3600);
        var code = new AuthorizationCode(
                TokenHash.of("code of " + grantId),
                grantId,
                "challenge",
                GrantCipher.wrap(key, "code"),
                now + 60,
                false);
        var access = new AccessToken(
                TokenHash.of(issued), grantId, scopes, resources, GrantCipher.wrap(key, issued), now + lifeSeconds);
        store.createGrant(grant, code, 10, now);
        if (!store.consumeCode(code, access, null, now + 3600, now)) {
            throw new AssertionError("the code of a new grant could not be spent");
        }
        return issued;
    }

    /** Lets in whoever brings one of them for this resource. */
    public static BearerGate gate(GrantStore store, String resource, InstantSource clock) {
        var verifier =
                new AccessTokenVerifier(store, List.of(), AccessTokenVerifier.Limits.DEFAULT, clock, Telemetry.NONE);
        return new BearerGate(verifier, GuardedPaths.of(List.of(resource), Scopes.of("tools")), Telemetry.NONE);
    }
}
