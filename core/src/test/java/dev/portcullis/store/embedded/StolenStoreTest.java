package dev.portcullis.store.embedded;

import static dev.portcullis.store.GrantFixture.NOW;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantFixture;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** T-91: whoever copies the file has no token that works, and learns nothing of the people. */
@Timeout(60)
class StolenStoreTest {
    private static final int PEOPLE = 50;

    @TempDir
    Path folder;

    private final MasterKey master = new MasterKey(Randoms.base64Url(32));
    private final List<String> canaries = new ArrayList<>();

    @Test
    void openFileWhenReadByAThiefThenNeitherTokensNorPeopleStandInIt() throws Exception {
        Path file = folder.resolve("grants.db");
        try (var store = EmbeddedGrantStore.openFile(file, Limits.DEFAULT)) {
            for (int i = 0; i < PEOPLE; i++) {
                signIn(store, i);
            }
        }

        String stolen = Files.readString(file, ISO_8859_1);
        assertThat(canaries).hasSize(PEOPLE * 12);
        for (String canary : canaries) {
            String asBytes = new String(canary.getBytes(UTF_8), ISO_8859_1);
            assertThat(stolen.contains(asBytes)).as(canary).isFalse();
        }
        assertThat(stolen).as("the search finds what is there").contains("client-7");
    }

    @Test
    void grantWhenOnlyTheRecordsAreKnownThenNoKeyInThemOpensTheProps() {
        try (var store = EmbeddedGrantStore.inMemory(Limits.DEFAULT)) {
            SignedIn in = signIn(store, 1);
            var found = store.accessToken(TokenFormat.grantIdOf(in.access), TokenHash.of(in.access), NOW);
            byte[] wrapped = found.token().wrappedKey();

            assertThat(GrantProps.decode(GrantCipher.openProps(
                                    found.grant().sealedProps(),
                                    GrantCipher.unwrap(wrapped, in.access),
                                    found.grant().id()))
                            .identity()
                            .email())
                    .isEqualTo("canary-mail-1@example.com");
            assertThat(new HashSet<>(List.of(
                            new String(wrapped, ISO_8859_1),
                            new String(
                                    store.refreshToken(TokenFormat.grantIdOf(in.refresh), TokenHash.of(in.refresh), NOW)
                                            .token()
                                            .wrappedKey(),
                                    ISO_8859_1))))
                    .as("one wrap for each token")
                    .hasSize(2);
        }
    }

    private SignedIn signIn(EmbeddedGrantStore store, int number) {
        var identity = new Identity(
                "https://canary-issuer.example",
                canary("canary-subject-" + number + "-" + Randoms.base64Url(8)),
                canary("canary-mail-" + number + "@example.com"),
                canary("Canary Näme " + number + " Löv"),
                List.of(canary("canary-group-" + number + "x")));
        var props = new GrantProps(identity, canary("canary-upstream-" + Randoms.base64Url(24)));
        String grantId = TokenFormat.newGrantId();
        SecretKey key = GrantCipher.newKey();
        String state = canary(Randoms.base64Url(32));
        store.putPendingSignIn(
                new PendingSignIn(
                        TokenHash.of(state),
                        TokenHash.of(canary(Randoms.base64Url(32))),
                        new Sealer(master.aes("pending/1"))
                                .seal(("canary-redirect " + identity.email()).getBytes(UTF_8), state.getBytes(UTF_8)),
                        NOW + 600),
                NOW);
        Grant grant = new Grant(
                grantId,
                GrantFixture.client("client-" + number),
                "http://127.0.0.1/cb",
                new KeyedHash(master.hmac("subject/1")).base64Url(identity.issuer() + ' ' + identity.subject()),
                Scopes.of("tools"),
                List.of("http://localhost:8788/mcp"),
                GrantCipher.sealProps(props.encode(), key, grantId),
                NOW,
                NOW,
                NOW + 3600,
                NOW + 86_400);
        String code = canary(TokenFormat.newToken(Kind.CODE, grantId));
        String access = canary(TokenFormat.newToken(Kind.ACCESS, grantId));
        String refresh = canary(TokenFormat.newToken(Kind.REFRESH, grantId));
        String successor = canary(TokenFormat.successorOf(refresh, master.keyedHash("refresh-successor/1")));
        canary(successor.substring(successor.length() - 43));
        var record = new AuthorizationCode(
                TokenHash.of(code), grantId, "challenge", GrantCipher.wrap(key, code), NOW + 60, false);
        store.createGrant(grant, record, 5, NOW);
        store.consumeCode(
                record.spentUntil(NOW + 600),
                accessToken(access, grant, key),
                refreshToken(refresh, grant, key, 0),
                NOW + 3600,
                NOW);
        store.rotate(
                TokenHash.of(refresh),
                refreshToken(successor, grant, key, 1),
                accessToken(TokenFormat.newToken(Kind.ACCESS, grantId), grant, key),
                60,
                NOW + 3600,
                NOW);
        return new SignedIn(access, refresh);
    }

    private String canary(String text) {
        canaries.add(text);
        return text;
    }

    private static AccessToken accessToken(String token, Grant grant, SecretKey key) {
        return new AccessToken(
                TokenHash.of(token),
                grant.id(),
                grant.scopes(),
                grant.resources(),
                GrantCipher.wrap(key, token),
                NOW + 600);
    }

    private static RefreshToken refreshToken(String token, Grant grant, SecretKey key, int generation) {
        return new RefreshToken(
                TokenHash.of(token), grant.id(), generation, GrantCipher.wrap(key, token), NOW + 3000, 0);
    }

    private record SignedIn(String access, String refresh) {}
}
