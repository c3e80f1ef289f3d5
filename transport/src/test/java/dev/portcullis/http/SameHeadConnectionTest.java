package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.RawClient.Answer;
import dev.portcullis.testing.TestServer;
import dev.portcullis.testing.TestTokens;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests on one connection whose heads are alike to the last byte, or nearly: each is let in by its own token as it is now (H-21, O-22, O-27). */
class SameHeadConnectionTest {
    private static final String MCP = TestServer.PUBLIC + "/mcp";

    private final AtomicLong nowSeconds = new AtomicLong(1_800_000_000L);
    private final EmbeddedGrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final String alice = issue("alice", 600);
    private final String bob = issue("bob", 3000);
    private final TestServer server = new TestServer.Settings()
            .gates(TestTokens.gate(store, MCP, () -> Instant.ofEpochSecond(nowSeconds.get())))
            .start(EchoEndpoint.route(
                    "mcp", "/mcp", Route.Access.BEARER, Route.Cors.NONE, 10, SameHeadConnectionTest::tellCaller));
    private final RawClient client = server.connect();

    @AfterEach
    void close() {
        client.close();
        server.close();
        store.close();
    }

    private String issue(String who, int lifeSeconds) {
        var identity = new Identity("https://idp.example", who, null, null, List.of());
        return TestTokens.issue(store, identity, List.of(MCP), nowSeconds.get(), lifeSeconds);
    }

    private static BodyReader tellCaller(Exchange exchange) {
        return new BodyReader() {
            @Override
            public void read(ByteBuf part) {}

            @Override
            public void end() {
                String caller = exchange.principal().identity().subject();
                exchange.reply(new Reply(
                        HttpResponseStatus.OK, List.of(), Unpooled.copiedBuffer(caller, StandardCharsets.UTF_8)));
            }
        };
    }

    private Answer call(String token) {
        client.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                + "\r\nContent-Length: 2\r\n\r\n{}");
        return client.read();
    }

    /** Three times: the store is asked, then the table, and then the head has been noted. */
    private void assertServed(String token, String caller) {
        for (int i = 0; i < 3; i++) {
            Answer answer = call(token);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(caller);
        }
    }

    private void assertRefused(String token) {
        for (int i = 0; i < 2; i++) {
            Answer answer = call(token);
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("www-authenticate")).contains("error=\"invalid_token\"");
        }
    }

    @Test
    void callWhenGrantIsRevokedBetweenEqualHeadsThenRefused() {
        assertServed(alice, "alice");

        assertThat(store.revokeGrant(TokenFormat.grantIdOf(alice))).isTrue();

        assertRefused(alice);
        assertServed(bob, "bob");
    }

    @Test
    void callWhenTokenAloneIsRevokedBetweenEqualHeadsThenRefused() {
        assertServed(alice, "alice");

        assertThat(store.revokeAccessToken(TokenFormat.grantIdOf(alice), TokenHash.of(alice)))
                .isTrue();

        assertRefused(alice);
    }

    @Test
    void callWhenTokenExpiresBetweenEqualHeadsThenRefused() {
        assertServed(alice, "alice");

        nowSeconds.addAndGet(601);

        assertRefused(alice);
        assertServed(bob, "bob");
    }

    @Test
    void callWhenTheNextHeadBringsAnotherTokenThenItsOwnerCalls() {
        assertServed(alice, "alice");
        assertServed(bob, "bob");
        for (int i = 0; i < 3; i++) {
            assertThat(call(alice).body()).isEqualTo("alice");
            assertThat(call(bob).body()).isEqualTo("bob");
        }
    }

    @Test
    void callWhenTheNextHeadBringsABadTokenThenRefusedAndTheGoodOneStillServed() {
        assertServed(alice, "alice");
        char last = alice.charAt(alice.length() - 1);
        assertRefused(alice.substring(0, alice.length() - 1) + (last == 'A' ? 'B' : 'A'));
        assertServed(alice, "alice");
    }
}
