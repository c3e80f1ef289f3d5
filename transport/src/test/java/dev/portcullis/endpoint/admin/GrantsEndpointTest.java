package dev.portcullis.endpoint.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.http.Route;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.SubjectKeys;
import dev.portcullis.oauth.account.GrantDesk;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operators' view of grants (O-157, O-183; T-119): request → status, body, and what is stored and told afterwards. */
class GrantsEndpointTest {
    private static final long NOW = 1_800_000_000;
    private static final String TOKEN = "an-admin-token-of-at-least-32-characters";
    private static final String IDP = "https://idp.example";
    private static final MasterKey MASTER = new MasterKey("an-example-key-of-at-least-32-characters");

    private final GrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final List<AuditEvent> audited = Collections.synchronizedList(new ArrayList<>());
    private final List<Route> routes = GrantsEndpoint.routes(
            new GrantDesk(MASTER, store, new Telemetry() {
                @Override
                public void audit(AuditEvent event) {
                    audited.add(event);
                }
            }),
            TOKEN,
            IDP,
            id -> "hash-of-" + id,
            Runnable::run,
            () -> Instant.ofEpochSecond(NOW));

    @BeforeEach
    void fill() {
        put("grant-1", "alice", "app-a");
        put("grant-2", "alice", "app-b");
        put("grant-3", "bob", "app-b");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void put(String id, String subject, String clientId) {
        var client = new RegisteredClient(
                clientId,
                "App \"quoted\"",
                List.of("https://client.example/cb"),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("authorization_code"),
                RegisteredClient.Kind.DYNAMIC,
                NOW);
        String person = new SubjectKeys(MASTER).of(new Identity(IDP, subject, null, null, List.of()));
        var grant = new Grant(
                id,
                client,
                "https://client.example/cb",
                person,
                Scopes.of("mcp"),
                List.of("https://mcp.example.com/mcp"),
                new byte[] {1, 2, 3},
                NOW,
                NOW,
                NOW + 60,
                NOW + 600);
        store.createGrant(
                grant, new AuthorizationCode(TokenHash.of(id), id, "c", new byte[] {1}, NOW + 60, false), 50, NOW);
    }

    private RecordedExchange call(String target, String body, String... headers) {
        String path = target.contains("?") ? target.substring(0, target.indexOf('?')) : target;
        var route = routes.stream()
                .filter(candidate -> candidate.path().equals(path))
                .findFirst()
                .orElseThrow();
        return RecordedExchange.of(route, route.methods().get(0), target, headers)
                .send(body);
    }

    private RecordedExchange call(String target, String body) {
        return call(target, body, "authorization", "Bearer " + TOKEN);
    }

    private boolean isLive(String grant) {
        return store.grant(grant, NOW) != null;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Bearer an-admin-token-of-at-least-32-character",
                "Bearer an-admin-token-of-at-least-32-charactersX",
                "Basic an-admin-token-of-at-least-32-characters",
                "an-admin-token-of-at-least-32-characters"
            })
    void anyWhenTokenIsWrongThenIs401AndNothingHappens(String authorization) {
        for (var route : routes) {
            var answer = call(route.path(), "client=app-b", "authorization", authorization);
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("www-authenticate")).isEqualTo("Bearer");
            assertThat(answer.body()).doesNotContain("grant-", "app-b");
        }
        var twice = call(
                "/admin/revoke",
                "client=app-b",
                "authorization",
                "Bearer " + TOKEN,
                "authorization",
                "Bearer " + TOKEN);
        assertThat(twice.status()).isEqualTo(401);
        assertThat(isLive("grant-2") && isLive("grant-3")).isTrue();
    }

    @Test
    void grantsWhenAPersonIsNamedThenListsTheirs() {
        var answer = call("/admin/grants?sub=alice", "");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.body())
                .startsWith("{\"total\":2,\"grants\":[{\"grant\":\"grant-1\",\"client_id\":\"app-a\"")
                .contains("App \\\"quoted\\\"", "\"created_at\":\"2027-01-15T08:00:00Z\"", "hash-of-grant-2")
                .doesNotContain("grant-3");
        assertThat(call("/admin/grants?sub=alice&issuer=https%3A%2F%2Fother.example", "")
                        .body())
                .startsWith("{\"total\":0");
        assertThat(call("/admin/grants?client=app-b", "").body())
                .startsWith("{\"total\":2")
                .contains("grant-3");
    }

    @ParameterizedTest
    @CsvSource({
        "grant=grant-1, 1, grant-2 grant-3",
        "grant=unknown, 0, grant-1 grant-2 grant-3",
        "sub=alice, 2, grant-3",
        "sub=alice&issuer=https%3A%2F%2Fother.example, 0, grant-1 grant-2 grant-3",
        "client=app-b, 2, grant-1",
        "client=nobody, 0, grant-1 grant-2 grant-3"
    })
    void revokeWhenSomethingIsNamedThenJustThatEndsAndIsTold(String form, int revoked, String left) {
        var answer = call("/admin/revoke", form);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"revoked\":" + revoked + "}\n");
        var kept = List.of(left.split(" ", -1));
        for (String grant : List.of("grant-1", "grant-2", "grant-3")) {
            assertThat(isLive(grant)).as(grant).isEqualTo(kept.contains(grant));
        }
        assertThat(audited).hasSize(revoked).allMatch(event -> "by an operator".equals(event.detail()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sub=", "grant=grant-1&client=app-a", "sub=alice&sub=bob", "grant=%zz"})
    void revokeWhenItIsNotClearWhatThenIs400AndNothingHappens(String form) {
        assertThat(call("/admin/revoke", form).status()).isEqualTo(400);
        assertThat(isLive("grant-1") && isLive("grant-2") && isLive("grant-3")).isTrue();
    }

    @Test
    void sweepWhenCalledThenSaysHowMuchWent() {
        assertThat(call("/admin/sweep", "").body()).isEqualTo("{\"swept\":0}\n");
        assertThat(routes.get(2).methods()).containsExactly(HttpMethod.POST);
    }

    @Test
    void anyWhenStoreIsAwayThenIs503() {
        store.close();
        assertThat(call("/admin/grants?sub=alice", "").status()).isEqualTo(503);
    }
}
