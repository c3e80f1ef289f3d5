package dev.portcullis.benchmarks.capacity;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import java.util.List;
import javax.crypto.SecretKey;

/**
 * A person who signed in, with all that a server would have stored: sealed and wrapped as it does that, and as long. Every person has one grant, of one of a hundred
 * clients that registered themselves.
 */
record SignedIn(
        Principal principal,
        PendingSignIn pending,
        Grant grant,
        AuthorizationCode code,
        AccessToken access,
        RefreshToken refresh,
        RefreshToken second,
        SecretKey key) {
    private static final List<String> RESOURCES = List.of("https://mcp.example.com/mcp");
    private static final Scopes SCOPES = Scopes.of("mcp");
    private static final int REFRESH_SECONDS = 30 * 86_400;
    private static final int ACCESS_SECONDS = 3_600;

    static SignedIn person(int number, RegisteredClient client, long now) {
        String id = Randoms.base64Url(16);
        var identity = new Identity(
                "https://example.cloudflareaccess.com",
                Randoms.base64Url(16),
                "somebody." + number + "@example.com",
                "Somebody the " + number + "th",
                List.of("staff", "engineering"));
        SecretKey key = GrantCipher.newKey();
        byte[] props = GrantCipher.sealProps(new GrantProps(identity, Randoms.base64Url(48)).encode(), key, id);
        var grant = new Grant(
                id,
                client,
                client.redirectUris().getFirst(),
                Randoms.base64Url(32),
                SCOPES,
                RESOURCES,
                props,
                now,
                now,
                now + REFRESH_SECONDS,
                now + 90L * 86_400);
        String code = newToken(id);
        return new SignedIn(
                new Principal(identity, client.id(), id, SCOPES),
                new PendingSignIn(newHash(), newHash(), Randoms.bytes(600), now + 600),
                grant,
                new AuthorizationCode(
                        TokenHash.of(code), id, Randoms.base64Url(32), GrantCipher.wrap(key, code), now + 60, false),
                accessOf(id, key, now),
                refreshOf(id, key, 0, now),
                refreshOf(id, key, 1, now),
                key);
    }

    static RegisteredClient client(int number, long now) {
        return new RegisteredClient(
                "dcr1." + Randoms.base64Url(105),
                "Inspector " + number,
                List.of("http://localhost:6274/oauth/callback", "http://127.0.0.1:6274/oauth/callback"),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("authorization_code", "refresh_token"),
                RegisteredClient.Kind.DYNAMIC,
                now);
    }

    AccessToken newAccess(long now) {
        return accessOf(grant.id(), key, now);
    }

    RefreshToken newRefresh(int generation, long now) {
        return refreshOf(grant.id(), key, generation, now);
    }

    private static AccessToken accessOf(String id, SecretKey key, long now) {
        String token = newToken(id);
        return new AccessToken(
                TokenHash.of(token),
                id,
                SCOPES,
                RESOURCES,
                GrantCipher.wrap(key, token),
                now + ACCESS_SECONDS,
                null,
                null,
                now);
    }

    private static RefreshToken refreshOf(String id, SecretKey key, int generation, long now) {
        String token = newToken(id);
        return new RefreshToken(
                TokenHash.of(token), id, generation, GrantCipher.wrap(key, token), now + REFRESH_SECONDS, 0);
    }

    private static String newToken(String grantId) {
        return "mcpat." + grantId + "." + Randoms.base64Url(32);
    }

    static TokenHash newHash() {
        return TokenHash.of(Randoms.bytes(32));
    }
}
