package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Identity;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.TestTokens;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A head that has passed before is not hashed again, but its token has to count with every request (H-21, O-22, O-27). */
class SameHeadTest {
    private static final String MCP = "https://mcp.example.com/mcp";
    private static final long NOW = 1_800_000_000L;
    private static final Identity ALICE = new Identity("https://idp.example", "alice", null, null, List.of());

    private final EmbeddedGrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final AtomicLong nowSeconds = new AtomicLong(NOW);
    private final Gate gate = TestTokens.gate(store, MCP, () -> Instant.ofEpochSecond(nowSeconds.get()));
    private final Route route = new EchoEndpoint().mcp(10);
    private final String token = TestTokens.issue(store, ALICE, List.of(MCP), NOW, 600);
    private final RequestHead head = new RequestHead(
            HttpMethod.POST,
            "/mcp",
            "",
            new DefaultHttpHeaders().add("authorization", "Bearer " + token),
            InetAddress.getLoopbackAddress());

    @AfterEach
    void close() {
        store.close();
    }

    private Verdict check() {
        Verdict verdict = gate.check(head, route);
        try {
            return verdict instanceof Verdict.Wait wait ? wait.blocking().call() : verdict;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void passTwice() {
        assertThat(check()).isInstanceOf(Verdict.Pass.class);
        assertThat(gate.check(head, route)).isInstanceOf(Verdict.Pass.class); // from the table: noted now
        assertThat(head.lastPass()).isNotNull();
        assertThat(gate.check(head, route)).isEqualTo(head.lastPass());
    }

    @Test
    void checkWhenTokenWasRevokedSinceThenRefused() {
        passTwice();

        assertThat(store.revokeGrant(TokenFormat.grantIdOf(token))).isTrue();

        assertThat(check())
                .isInstanceOfSatisfying(
                        Verdict.Refuse.class,
                        refusal -> assertThat(refusal.outcome()).isEqualTo(Outcome.BAD_TOKEN));
    }

    @Test
    void checkWhenTokenHasExpiredSinceThenRefused() {
        passTwice();

        nowSeconds.addAndGet(601);

        assertThat(check())
                .isInstanceOfSatisfying(
                        Verdict.Refuse.class,
                        refusal -> assertThat(refusal.outcome()).isEqualTo(Outcome.BAD_TOKEN));
    }
}
