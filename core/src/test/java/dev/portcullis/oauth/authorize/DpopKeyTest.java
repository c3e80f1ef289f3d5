package dev.portcullis.oauth.authorize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityProvider.SignIn;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.OAuthSettings.Dpop;
import dev.portcullis.oauth.OAuthSettings.Offered;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.browser.Fields;
import dev.portcullis.oauth.client.FoundClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code dpop_jkt} (RFC 9449 §10; O-160): from the request to the code. */
class DpopKeyTest {
    private static final TokenHash THUMBPRINT = TokenHash.of("a key");
    private static final String JKT = Base64Url.encode(THUMBPRINT.toBytes());

    private final Fixture fixture = new Fixture();

    private ParsedAuthorization parse(Dpop dpop, String jkt) {
        OAuthSettings settings = Fixture.SETTINGS.offering(new Offered(true, true, false, false, false, false, dpop));
        var request = Fixture.request("dpop_jkt=" + jkt);
        return new AuthorizationRequestParser(settings, fixture.clients()).parse(request, Fixture.NOW);
    }

    private AuthorizationRequest valid(Dpop dpop, String jkt) {
        return ((ParsedAuthorization.Valid) parse(dpop, jkt)).request();
    }

    @Test
    void parseWhenDpopIsOnThenTheKeyIsKept() {
        assertThat(valid(Dpop.ON, JKT).dpopKey()).isEqualTo(JKT);
        assertThat(valid(Dpop.REQUIRED, JKT).dpopKey()).isEqualTo(JKT);
        assertThat(valid(Dpop.OFF, JKT).dpopKey()).isNull();
        assertThat(valid(Dpop.OFF, "x").dpopKey()).isNull(); // unknown parameters are ignored (O-31)
        assertThat(valid(Dpop.ON, "").dpopKey()).isNull();
    }

    @Test
    void parseWhenItIsNoThumbprintThenInvalidRequest() {
        for (String wrong : List.of("x", JKT + "A", JKT.substring(1), "=".repeat(43))) {
            assertThat(((ParsedAuthorization.Faulty) parse(Dpop.ON, wrong)).error())
                    .isEqualTo(OAuthError.INVALID_REQUEST);
        }
    }

    /** Through the seal in which a transaction travels, to the code in the store. */
    @Test
    void issueWhenTransactionNamesAKeyThenTheCodeIsBoundToIt() {
        var out = new Fields.Writer();
        Transaction.of(valid(Dpop.ON, JKT)).write(out);
        Transaction transaction = Transaction.read(new Fields.Reader(out.bytes()));
        var signIn = new SignIn(new Identity("https://idp.example", "alice", null, null, List.of()), null);

        try (var store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT)) {
            var client = ((FoundClient.Known) fixture.clients().find("web", Fixture.NOW)).client();
            var issued = new GrantIssuer(store, Fixture.SETTINGS.lives(), 50)
                    .issue(transaction, transaction.scopes(), client, signIn, "subject", Fixture.NOW);

            assertThat(store.code(TokenFormat.grantIdOf(issued.code()), TokenHash.of(issued.code()), Fixture.NOW)
                            .token()
                            .boundTo())
                    .isEqualTo(THUMBPRINT);
        }
    }
}
