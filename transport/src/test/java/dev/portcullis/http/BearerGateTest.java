package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.TestTokens;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** O-20…O-22, O-25, with the real verifier and a real store. */
class BearerGateTest {
    private static final String MCP = "https://mcp.example.com/mcp";
    private static final long NOW = 1_800_000_000L;
    private static final Identity ALICE = new Identity("https://idp.example", "alice", null, null, List.of());

    private final GrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final InstantSource clock = InstantSource.fixed(java.time.Instant.ofEpochSecond(NOW));
    private final Gate gate = TestTokens.gate(store, MCP, clock);
    private final Route guarded = new EchoEndpoint().mcp(10);
    private final Route open =
            EchoEndpoint.route("token", "/token", Route.Access.OPEN, Route.Cors.ANY, 10, new EchoEndpoint());
    private String token;

    @BeforeEach
    void issue() {
        token = issue(List.of(MCP));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private String issue(List<String> resources) {
        return TestTokens.issue(store, ALICE, resources, NOW, 600);
    }

    private Verdict check(Route route, String query, String... authorization) {
        var headers = new DefaultHttpHeaders().add("authorization", List.of(authorization));
        var head = new RequestHead(HttpMethod.POST, route.path(), query, headers, InetAddress.getLoopbackAddress());
        Verdict verdict = gate.check(head, route);
        try {
            return verdict instanceof Verdict.Wait wait ? wait.blocking().call() : verdict;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String challenge(Verdict verdict, int status, Outcome outcome) {
        var refusal = (Verdict.Refuse) verdict;
        assertThat(refusal.reply().status().code()).isEqualTo(status);
        assertThat(refusal.outcome()).isEqualTo(outcome);
        return refusal.reply().headers().stream()
                .filter(header -> header.getKey().toString().equals("www-authenticate"))
                .map(header -> header.getValue().toString())
                .findFirst()
                .orElse("");
    }

    private static Principal principal(Verdict verdict) {
        return ((Verdict.Pass) verdict).principal();
    }

    @Test
    void checkWhenTokenIsGoodThenPassesAndWaitsOnlyTheFirstTime() {
        var headers = new DefaultHttpHeaders().add("authorization", "Bearer " + token);
        var head = new RequestHead(HttpMethod.POST, "/mcp", "", headers, InetAddress.getLoopbackAddress());

        assertThat(gate.check(head, guarded)).isInstanceOf(Verdict.Wait.class);
        assertThat(principal(check(guarded, "", "Bearer " + token)).identity()).isEqualTo(ALICE);
        assertThat(gate.check(head, guarded)).isInstanceOf(Verdict.Pass.class);
        assertThat(principal(check(guarded, "a=b", "bEARER   " + token)).identity())
                .isEqualTo(ALICE); // any case, any number of spaces (RFC 9110 §11)
    }

    @Test
    void checkWhenNothingIsSentThenBareChallenge() { // O-21
        assertThat(challenge(check(guarded, ""), 401, Outcome.NO_TOKEN))
                .startsWith("Bearer resource_metadata=")
                .doesNotContain("error");
        assertThat(challenge(check(guarded, "", "Basic YTpi"), 401, Outcome.NO_TOKEN))
                .doesNotContain("error");
        assertThat(challenge(check(guarded, "", "Bearer"), 401, Outcome.NO_TOKEN))
                .doesNotContain("error");
        assertThat(challenge(check(guarded, "access_token=" + token), 401, Outcome.NO_TOKEN))
                .doesNotContain("error"); // a token in the query is not read
    }

    @Test
    void checkWhenTokenIsBadThenInvalidToken() { // O-22
        var bad = List.of(
                "",
                "x",
                token + "x",
                token.substring(1),
                token + " ",
                TokenFormat.newToken(TokenFormat.Kind.ACCESS, TokenFormat.newGrantId()),
                TokenFormat.newToken(TokenFormat.Kind.REFRESH, TokenFormat.newGrantId()),
                issue(List.of("https://mcp.example.com/other"))); // O-25
        for (String each : bad) {
            assertThat(challenge(check(guarded, "", "Bearer " + each), 401, Outcome.BAD_TOKEN))
                    .as(each)
                    .contains("error=\"invalid_token\"");
        }
    }

    @Test
    void checkWhenTwoCredentialsThen400() { // O-20
        assertThat(challenge(check(guarded, "", "Bearer " + token, "Bearer " + token), 400, Outcome.BAD_TOKEN))
                .contains("error=\"invalid_request\"");
        assertThat(challenge(check(guarded, "", "Basic YTpi", "Bearer " + token), 400, Outcome.BAD_TOKEN))
                .contains("error=\"invalid_request\"");
        for (String query : List.of("access_token=x", "a=b&access_token=x", "access_token", "access_token&a")) {
            assertThat(challenge(check(guarded, query, "Bearer " + token), 400, Outcome.BAD_TOKEN))
                    .contains("error=\"invalid_request\"");
        }
        for (String query : List.of("my_access_token=x", "access_token_hint=x", "a=access_token")) {
            assertThat(check(guarded, query, "Bearer " + token)).isInstanceOf(Verdict.Pass.class);
        }
    }

    @Test
    void checkWhenRouteIsOpenThenPasses() {
        assertThat(check(open, "", "Bearer x")).isSameAs(Verdict.PASS);
    }

    @Test
    void checkWhenStoreIsGoneThen503() {
        store.close();
        var refusal = (Verdict.Refuse) check(guarded, "", "Bearer " + token);

        assertThat(refusal.reply().status().code()).isEqualTo(503);
        assertThat(refusal.outcome()).isEqualTo(Outcome.STORE_UNAVAILABLE);
        assertThat(refusal.reply().headers())
                .anyMatch(h -> h.getKey().toString().equals("retry-after"));
    }

    @Test
    void checkWhenOffThenEverybodyIsAnonymous() {
        var head =
                new RequestHead(HttpMethod.GET, "/mcp", "", new DefaultHttpHeaders(), InetAddress.getLoopbackAddress());
        assertThat(principal(BearerGate.off().check(head, guarded))).isSameAs(Principal.ANONYMOUS);
    }
}
