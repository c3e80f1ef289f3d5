package dev.portcullis.store;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import java.util.List;

/** Grants and tokens to fill a store with; every one is new. */
public final class GrantFixture {
    /** When most tests take place, Unix seconds. */
    public static final long NOW = 1_800_000_000L;

    private GrantFixture() {}

    public static RegisteredClient client(String id) {
        return new RegisteredClient(
                id,
                "Inspector of " + id,
                List.of("http://127.0.0.1:6274/oauth/callback", "http://localhost/cb"),
                RegisteredClient.AuthMethod.CLIENT_SECRET_POST,
                TokenHash.of("secret of " + id),
                List.of("authorization_code", "refresh_token"),
                RegisteredClient.Kind.DYNAMIC,
                NOW - 5);
    }

    /** A grant that ends in an hour unless it is used, and in a day at the latest. */
    public static Grant grant(String subjectKey, String clientId) {
        return grant(subjectKey, clientId, NOW, NOW);
    }

    public static Grant grant(String subjectKey, String clientId, long createdAt, long lastUsedAt) {
        return new Grant(
                Randoms.base64Url(16),
                client(clientId),
                "http://127.0.0.1:6274/oauth/callback",
                subjectKey,
                Scopes.of("tools", "images"),
                List.of("http://localhost:8788/mcp", "http://localhost:8788"),
                Randoms.bytes(200),
                createdAt,
                lastUsedAt,
                NOW + 3600,
                NOW + 86_400);
    }

    public static AuthorizationCode code(Grant grant) {
        return new AuthorizationCode(newHash(), grant.id(), Randoms.base64Url(32), Randoms.bytes(40), NOW + 60, false);
    }

    /** As {@code consumeCode} is given it: with the end of the marker that it was spent. */
    public static AuthorizationCode spent(AuthorizationCode code, long markerExpiresAt) {
        return code.spentUntil(markerExpiresAt);
    }

    public static AccessToken access(Grant grant) {
        return access(grant, NOW + 600);
    }

    public static AccessToken access(Grant grant, long expiresAt) {
        return new AccessToken(
                newHash(), grant.id(), Scopes.of("tools"), grant.resources(), Randoms.bytes(40), expiresAt);
    }

    public static RefreshToken refresh(Grant grant, int generation) {
        return refresh(grant, generation, NOW + 3000);
    }

    public static RefreshToken refresh(Grant grant, int generation, long expiresAt) {
        return new RefreshToken(newHash(), grant.id(), generation, Randoms.bytes(40), expiresAt, 0);
    }

    public static PendingSignIn pending(long expiresAt) {
        return new PendingSignIn(newHash(), newHash(), Randoms.bytes(300), expiresAt);
    }

    public static TokenHash newHash() {
        return TokenHash.of(Randoms.bytes(32));
    }
}
