package dev.portcullis.endpoint.oauth;

import static dev.portcullis.endpoint.oauth.GrantServer.ISSUER;
import static dev.portcullis.endpoint.oauth.GrantServer.MCP;
import static dev.portcullis.endpoint.oauth.GrantServer.SECRET;
import static dev.portcullis.endpoint.oauth.GrantServer.basic;
import static dev.portcullis.endpoint.oauth.GrantServer.form;
import static dev.portcullis.endpoint.oauth.GrantServer.member;
import static dev.portcullis.endpoint.oauth.GrantServer.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import dev.portcullis.crypto.Base64Url;
import dev.portcullis.endpoint.oauth.GrantServer.SignedIn;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.http.Verdict;
import dev.portcullis.oauth.OAuthSettings.Dpop;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** O-160, RFC 9449 §5, §7, §8, §10, at {@code /token} and at the gate of {@code /mcp}; T-89, T-90. What makes a proof good is tested in core, DpopProofsTest. */
class DpopEndpointsTest {
    private static final String TOKEN = ISSUER + "/token";
    private static final String METADATA =
            "resource_metadata=\"" + ISSUER + "/.well-known/oauth-protected-resource/mcp\"";
    private static final String ALGS = "algs=\"RS256 PS256 ES256\"";
    private static final ECKey KEY = GrantServer.newKey();
    private static final ECKey OTHER = GrantServer.newKey();

    private final List<GrantServer> open = new ArrayList<>();
    private final GrantServer server = server(Dpop.ON, false);
    private final RegisteredClient client = server.publicClient();

    private GrantServer server(Dpop dpop, boolean nonce) {
        var made = new GrantServer(options(dpop, nonce));
        open.add(made);
        return made;
    }

    private static GrantServer.Options options(Dpop dpop, boolean nonce) {
        var options = new GrantServer.Options();
        options.dpop = dpop;
        options.nonce = nonce;
        options.introspection = true;
        options.introspectors = Set.of("gateway");
        return options;
    }

    @AfterEach
    void close() {
        open.forEach(GrantServer::close);
    }

    private RecordedExchange exchange(SignedIn signedIn, ECKey key) {
        return server.post("/token", signedIn.form(), "DPoP", server.proof(key, TOKEN, null));
    }

    private String boundToken() {
        return member(exchange(server.signIn(client), KEY).body(), "access_token");
    }

    private RecordedExchange refresh(GrantServer at, String token, String... headers) {
        return at.post(
                "/token",
                form("grant_type", "refresh_token", "client_id", client.id(), "refresh_token", token),
                headers);
    }

    private static void assertRefused(Verdict verdict, int status, String... challenges) {
        var refusal = (Verdict.Refuse) verdict;
        assertThat(refusal.reply().status().code()).isEqualTo(status);
        assertThat(header(refusal, "www-authenticate")).hasSameSizeAs(challenges);
        for (int i = 0; i < challenges.length; i++) {
            assertThat(header(refusal, "www-authenticate").get(i))
                    .startsWith(challenges[i])
                    .contains(METADATA);
        }
    }

    private static List<String> header(Verdict.Refuse refusal, String name) {
        return refusal.reply().headers().stream()
                .filter(field -> field.getKey().toString().equals(name))
                .map(field -> field.getValue().toString())
                .toList();
    }

    @Test
    void tokenWhenProofIsBroughtThenBoundAndGoodWithProofsOnly() {
        RecordedExchange exchange = exchange(server.signIn(client), KEY);
        assertThat(member(exchange.body(), "token_type")).isEqualTo("DPoP");
        String token = member(exchange.body(), "access_token");

        assertThat(server.passes("authorization", "DPoP " + token, "dpop", server.proof(KEY, MCP, token)))
                .isTrue();
        assertThat(server.passes("authorization", "dpop   " + token, "dpop", server.proof(KEY, MCP, token)))
                .isTrue(); // any case, any number of spaces
        assertThat(server.passes("authorization", "DPoP " + token, "dpop", server.proof(KEY, MCP + "?a=b", token)))
                .isTrue();
        server.client("gateway", AuthMethod.CLIENT_SECRET_BASIC, RegisteredClient.Kind.PREREGISTERED, "x");
        RecordedExchange asked =
                server.post("/introspect", form("token", token), "Authorization", basic("gateway", SECRET));
        assertThat(asked.body())
                .contains("\"token_type\":\"DPoP\"")
                .contains("\"cnf\":{\"jkt\":\""
                        + Base64Url.encode(GrantServer.thumbprint(KEY).toBytes()) + "\"}"); // O-117
    }

    /** T-90: each way in which a stolen bound token could be used. */
    @Test
    void resourceWhenBoundTokenOrItsProofIsMisusedThen401() {
        String token = boundToken();
        String bound = "DPoP " + token;
        String used = server.proof(KEY, MCP, token);
        assertThat(server.passes("authorization", bound, "dpop", used)).isTrue();
        String invalidToken = "DPoP error=\"invalid_token\"";
        String invalidProof = "DPoP error=\"invalid_dpop_proof\"";

        assertRefused(
                server.atResource("", "authorization", "Bearer " + token),
                401,
                "Bearer error=\"invalid_token\"",
                invalidToken); // as Bearer
        assertRefused(
                server.atResource("", "authorization", "Bearer " + token, "dpop", server.proof(KEY, MCP, token)),
                401,
                "Bearer error=\"invalid_token\"",
                invalidToken); // as Bearer, with a proof
        assertRefused(server.atResource("", "authorization", bound), 401, invalidProof); // no proof
        assertRefused(server.atResource("", "authorization", bound, "dpop", used), 401, invalidProof); // replay
        assertRefused(
                server.atResource("", "authorization", bound, "dpop", server.proof(OTHER, MCP, token)),
                401,
                invalidToken); // another key
        assertRefused(
                server.atResource("", "authorization", bound, "dpop", server.proof(KEY, TOKEN, token)),
                401,
                invalidProof); // another address
        assertRefused(
                server.atResource("", "authorization", bound, "dpop", server.proof(KEY, MCP, null)),
                401,
                invalidProof); // no ath
        assertRefused(
                server.atResource("", "authorization", bound, "dpop", server.proof(KEY, MCP, boundToken())),
                401,
                invalidProof); // ath of another token
        String good = server.proof(KEY, MCP, token);
        assertRefused(
                server.atResource("", "authorization", bound, "dpop", good, "dpop", good), 401, invalidProof); // two
        assertRefused(
                server.atResource("", "authorization", bound + "x", "dpop", server.proof(KEY, MCP, token)),
                401,
                invalidToken); // no token
        assertRefused(
                server.atResource("", "authorization", bound, "authorization", bound, "dpop", good),
                400,
                "Bearer error=\"invalid_request\"",
                "DPoP error=\"invalid_request\""); // O-20
        assertThat(((Verdict.Refuse) server.atResource("", "authorization", bound))
                        .reply()
                        .headers()
                        .toString())
                .contains(ALGS);
    }

    /** RFC 9449 §7.1: a bearer token does not become a bound one by its scheme. */
    @Test
    void resourceWhenBearerTokenComesWithAProofThen401() {
        String bearer =
                member(server.post("/token", server.signIn(client).form()).body(), "access_token");

        assertThat(server.passes("authorization", "Bearer " + bearer)).isTrue();
        assertRefused(
                server.atResource("", "authorization", "DPoP " + bearer, "dpop", server.proof(KEY, MCP, bearer)),
                401,
                "DPoP error=\"invalid_token\"");
    }

    /** O-21: both ways are offered, Bearer first, since many clients look at the first only. */
    @Test
    void resourceWhenNothingIsSentThenTheChallengeNamesWhatIsOn() {
        assertRefused(server.atResource(""), 401, "Bearer resource_metadata=", "DPoP resource_metadata=");
        assertRefused(server(Dpop.REQUIRED, false).atResource(""), 401, "DPoP resource_metadata=");
        var off = server(Dpop.OFF, false);
        assertRefused(off.atResource(""), 401, "Bearer resource_metadata=");
        assertRefused(off.atResource("", "authorization", "DPoP x"), 401, "Bearer resource_metadata=");
        assertThat(server.metadata()).contains("\"dpop_signing_alg_values_supported\":[\"RS256\",\"PS256\",\"ES256\"]");
    }

    /** T-89: two nodes that share the store. */
    @Test
    void resourceWhenProofWasUsedAtAnotherNodeThen401() {
        String token = boundToken();
        String proof = server.proof(KEY, MCP, token);
        var other = new GrantServer(options(Dpop.ON, false), server.store, server.key);
        open.addFirst(other);

        assertThat(server.passes("authorization", "DPoP " + token, "dpop", proof))
                .isTrue();
        assertRefused(
                other.atResource("", "authorization", "DPoP " + token, "dpop", proof),
                401,
                "DPoP error=\"invalid_dpop_proof\"");
        assertThat(other.passes("authorization", "DPoP " + token, "dpop", other.proof(KEY, MCP, token)))
                .isTrue();
    }

    @Test
    void resourceWhenStoreIsGoneThen503() {
        String token = boundToken();
        String proof = server.proof(KEY, MCP, token);
        server.store.close();

        var refusal = (Verdict.Refuse) server.atResource("", "authorization", "DPoP " + token, "dpop", proof);
        assertThat(refusal.reply().status().code()).isEqualTo(503);
    }

    @Test
    void tokenWhenProofIsBadThenInvalidProofAndTheCodeStays() {
        SignedIn signedIn = server.signIn(client);
        String proof = server.proof(KEY, TOKEN, null);

        assertThat(outcome(server.post("/token", signedIn.form(), "DPoP", "x"))).isEqualTo("400 invalid_dpop_proof");
        assertThat(outcome(server.post("/token", signedIn.form(), "DPoP", proof, "DPoP", proof)))
                .isEqualTo("400 invalid_dpop_proof");
        assertThat(outcome(server.post("/token", signedIn.form(), "DPoP", server.proof(KEY, MCP, null))))
                .isEqualTo("400 invalid_dpop_proof");
        // A request that is refused for another reason does not use the proof up (O §5.2).
        var wrong = signedIn.form();
        wrong.put("scope", "admin");
        assertThat(outcome(server.post("/token", wrong, "DPoP", proof))).isEqualTo("400 invalid_scope");
        assertThat(outcome(server.post("/token", signedIn.form(), "DPoP", proof)))
                .isEqualTo("200");
        assertThat(outcome(server.post("/token", server.signIn(client).form(), "DPoP", proof)))
                .isEqualTo("400 invalid_dpop_proof");
    }

    /** RFC 9449 §10: a code that was asked for with {@code dpop_jkt} is for that key. */
    @Test
    void tokenWhenCodeIsBoundThenOnlyItsKeyRedeemsIt() {
        SignedIn signedIn = server.signIn(client, KEY);

        assertThat(outcome(server.post("/token", signedIn.form()))).isEqualTo("400 invalid_dpop_proof");
        assertThat(outcome(exchange(signedIn, OTHER))).isEqualTo("400 invalid_grant");
        assertThat(outcome(exchange(signedIn, KEY))).isEqualTo("200");
    }

    /** RFC 9449 §5: who cannot authenticate must prove the key with each refresh, through all successors. */
    @Test
    void refreshWhenClientIsPublicThenTheWholeFamilyIsBound() {
        String first = member(exchange(server.signIn(client), KEY).body(), "refresh_token");

        assertThat(outcome(refresh(server, first))).isEqualTo("400 invalid_dpop_proof");
        assertThat(outcome(refresh(server, first, "DPoP", server.proof(OTHER, TOKEN, null))))
                .isEqualTo("400 invalid_grant");
        RecordedExchange refreshed = refresh(server, first, "DPoP", server.proof(KEY, TOKEN, null));
        assertThat(member(refreshed.body(), "token_type")).isEqualTo("DPoP");
        String second = member(refreshed.body(), "refresh_token");
        assertThat(outcome(refresh(server, second))).isEqualTo("400 invalid_dpop_proof");
        assertThat(outcome(refresh(server, second, "DPoP", server.proof(OTHER, TOKEN, null))))
                .isEqualTo("400 invalid_grant");
        assertThat(outcome(refresh(server, second, "DPoP", server.proof(KEY, TOKEN, null))))
                .isEqualTo("200");
    }

    @Test
    void refreshWhenClientAuthenticatesThenItsKeyMayChange() {
        var confidential = server.client(
                "confidential",
                AuthMethod.CLIENT_SECRET_BASIC,
                RegisteredClient.Kind.DYNAMIC,
                "authorization_code",
                "refresh_token");
        var form = server.signIn(confidential).form();
        form.remove("client_id");
        RecordedExchange exchange = server.post(
                "/token", form, "DPoP", server.proof(KEY, TOKEN, null), "Authorization", basic("confidential", SECRET));
        var refresh = form("grant_type", "refresh_token", "refresh_token", member(exchange.body(), "refresh_token"));

        RecordedExchange refreshed = server.post(
                "/token",
                refresh,
                "DPoP",
                server.proof(OTHER, TOKEN, null),
                "Authorization",
                basic("confidential", SECRET));
        String token = member(refreshed.body(), "access_token");

        assertThat(server.passes("authorization", "DPoP " + token, "dpop", server.proof(OTHER, MCP, token)))
                .isTrue();
    }

    @Test
    void anyWhenRequiredThenNothingGoesWithout() {
        var strict = server(Dpop.REQUIRED, false);
        var its = strict.publicClient();
        SignedIn signedIn = strict.signIn(its);

        assertThat(outcome(strict.post("/token", signedIn.form()))).isEqualTo("400 invalid_dpop_proof");
        RecordedExchange exchange = strict.post("/token", signedIn.form(), "DPoP", strict.proof(KEY, TOKEN, null));
        String token = member(exchange.body(), "access_token");
        assertThat(strict.passes("authorization", "DPoP " + token, "dpop", strict.proof(KEY, MCP, token)))
                .isTrue();
        assertRefused(strict.atResource("", "authorization", "Bearer " + token), 401, "DPoP error=\"invalid_token\"");

        // A bearer token from before it was required.
        var before = new GrantServer(options(Dpop.ON, false), strict.store, strict.key);
        open.addFirst(before);
        String bearer = member(before.post("/token", before.signIn(its).form()).body(), "access_token");
        assertThat(before.passes("authorization", "Bearer " + bearer)).isTrue();
        assertRefused(strict.atResource("", "authorization", "Bearer " + bearer), 401, "DPoP error=\"invalid_token\"");
    }

    @Test
    void anyWhenOffThenProofsAreNotLookedAt() {
        var off = server(Dpop.OFF, false);
        RecordedExchange exchange =
                off.post("/token", off.signIn(off.publicClient()).form(), "DPoP", "x");

        assertThat(member(exchange.body(), "token_type")).isEqualTo("Bearer");
        assertThat(off.passes("authorization", "Bearer " + member(exchange.body(), "access_token"), "dpop", "x"))
                .isTrue();
        assertThat(exchange.header("dpop-nonce")).isNull();
    }

    /** RFC 9449 §8, §9. */
    @Test
    void anyWhenNonceIsWantedThenTheAnswerBringsItAndTheNextProofRepeatsIt() {
        var wanting = server(Dpop.ON, true);
        SignedIn signedIn = wanting.signIn(wanting.publicClient());

        RecordedExchange refused = wanting.post("/token", signedIn.form(), "DPoP", wanting.proof(KEY, TOKEN, null));
        assertThat(outcome(refused)).isEqualTo("400 use_dpop_nonce");
        String nonce = refused.header("dpop-nonce");
        assertThat(nonce).isNotNull();
        RecordedExchange exchange =
                wanting.post("/token", signedIn.form(), "DPoP", wanting.proof(KEY, TOKEN, null, "nonce", nonce));
        assertThat(outcome(exchange)).isEqualTo("200");
        assertThat(exchange.header("dpop-nonce")).isEqualTo(nonce);

        String token = member(exchange.body(), "access_token");
        var verdict = (Verdict.Refuse)
                wanting.atResource("", "authorization", "DPoP " + token, "dpop", wanting.proof(KEY, MCP, token));
        assertRefused(verdict, 401, "DPoP error=\"use_dpop_nonce\"");
        assertThat(header(verdict, "dpop-nonce")).containsExactly(nonce);
        assertThat(wanting.passes(
                        "authorization", "DPoP " + token, "dpop", wanting.proof(KEY, MCP, token, "nonce", nonce)))
                .isTrue();
    }
}
