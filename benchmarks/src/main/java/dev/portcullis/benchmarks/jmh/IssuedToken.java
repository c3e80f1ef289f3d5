package dev.portcullis.benchmarks.jmh;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import java.util.List;

/** An access token as a sign-in leaves it in a store, a day before its end. */
final class IssuedToken {
    private IssuedToken() {}

    /**
     * Signs somebody in.
     *
     * @param person makes their names, and the client's
     * @return the access token
     */
    static String in(GrantStore store, int person, String resource) {
        long now = System.currentTimeMillis() / 1000;
        String grantId = TokenFormat.newGrantId();
        var key = GrantCipher.newKey();
        var identity = new Identity(
                "https://idp.example", "subject-" + person, "p" + person + "@example.com", "P", List.of("staff"));
        var client = new RegisteredClient(
                "client-" + person,
                "Benchmark",
                List.of("http://127.0.0.1/callback"),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("authorization_code"),
                RegisteredClient.Kind.DYNAMIC,
                now);
        var grant = new Grant(
                grantId,
                client,
                "http://127.0.0.1/callback",
                "subject-key-" + person,
                Scopes.of("mcp"),
                List.of(resource),
                GrantCipher.sealProps(new GrantProps(identity, null).encode(), key, grantId),
                now,
                now,
                now + 86_400,
                now + 86_400);
        String code = TokenFormat.newToken(TokenFormat.Kind.CODE, grantId);
        var record = new AuthorizationCode(
                TokenHash.of(code), grantId, Randoms.base64Url(32), GrantCipher.wrap(key, code), now + 60, false);
        store.createGrant(grant, record, 50, now);
        String token = TokenFormat.newToken(TokenFormat.Kind.ACCESS, grantId);
        var access = new AccessToken(
                TokenHash.of(token),
                grantId,
                Scopes.of("mcp"),
                List.of(resource),
                GrantCipher.wrap(key, token),
                now + 86_400);
        store.consumeCode(record.spentUntil(now + 3600), access, null, now + 86_400, now);
        return token;
    }
}
