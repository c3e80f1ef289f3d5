package dev.portcullis.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.http.BearerGate;
import dev.portcullis.http.BodyReader;
import dev.portcullis.http.GuardedPaths;
import dev.portcullis.http.Route;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.sse.SseStream.SseLimits;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStore.Revocation;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.TestServer;
import dev.portcullis.testing.TestTokens;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** O-27 over real sockets, with the real gate, verifier and store. */
class TokenWatchTest {
    private static final String RESOURCE = TestServer.PUBLIC + "/stream";
    private static final Identity ALICE = new Identity("https://idp.example", "alice", null, null, List.of());
    private static final SseLimits EAGER = new SseLimits(20, 100_000, 100, 60_000);

    private final AtomicLong now = new AtomicLong(1_800_000_000L);
    private final InstantSource clock = () -> Instant.ofEpochSecond(now.get());
    private final GrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final String token = TestTokens.issue(store, ALICE, List.of(RESOURCE), now.get(), 600);

    @AfterEach
    void close() {
        store.close();
    }

    /** O-27: keep-alives that would be too rare to find a revocation by. */
    private static final SseLimits RARE = new SseLimits(40_000, 100_000, 100, 60_000);

    /** Who those are whose streams stay when somebody changes, each time that is said. */
    private final BlockingQueue<Optional<Principal>> told = new LinkedBlockingQueue<>();

    private final AtomicReference<TokenWatch> watching = new AtomicReference<>();

    private TestServer start(int tokensMax) {
        return start(tokensMax, EAGER);
    }

    private TestServer start(int tokensMax, SseLimits limitsOfStreams) {
        return start(tokensMax, limitsOfStreams, store);
    }

    private TestServer start(int tokensMax, SseLimits limitsOfStreams, GrantStore of) {
        var limits = new AccessTokenVerifier.Limits(tokensMax, 16, 1);
        var verifier = new AccessTokenVerifier(of, List.of(), limits, clock, Telemetry.NONE);
        var watch = new TokenWatch(verifier, command -> Thread.ofVirtual().start(command));
        watching.set(watch);
        var route = EchoEndpoint.route(
                "stream", "/stream", Route.Access.BEARER, Route.Cors.NONE, 0, exchange -> new BodyReader() {
                    @Override
                    public void read(ByteBuf part) {}

                    @Override
                    public void end() {
                        var stream = new SseStreams(limitsOfStreams, Telemetry.NONE).open(exchange);
                        if (exchange.head().query().equals("stays")) {
                            watch.follow(exchange, stream, stream::end, now -> told.add(Optional.ofNullable(now)));
                        } else {
                            watch.follow(exchange, stream);
                        }
                    }
                });
        return new TestServer.Settings()
                .gates(new BearerGate(verifier, GuardedPaths.of(List.of(RESOURCE), Scopes.of("tools")), Telemetry.NONE))
                .start(route);
    }

    private RawClient open(TestServer server) {
        RawClient client = server.connect();
        client.send("GET /stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n");
        assertThat(client.readHead().status()).isEqualTo(200);
        assertThat(client.readChunk()).as("a keep-alive").startsWith(":");
        return client;
    }

    /** Reads keep-alives until the stream ends, which the test's own time limit would miss. */
    private static void awaitEnd(RawClient client) {
        Await.until("the stream has ended", () -> client.readChunk().isEmpty());
    }

    @Test
    void followWhenTokenExpiresThenStreamEnds() {
        try (var server = start(100);
                var client = open(server)) {
            now.addAndGet(601);
            awaitEnd(client);
        }
    }

    @Test
    void followWhenGrantIsRevokedThenStreamEnds() {
        try (var server = start(100);
                var client = open(server)) {
            assertThat(store.revokeGrant(TokenFormat.grantIdOf(token))).isTrue();
            awaitEnd(client);
        }
    }

    @Test
    void followWhenTokenAloneIsRevokedThenStreamEnds() {
        try (var server = start(100);
                var client = open(server)) {
            assertThat(store.revokeAccessToken(TokenFormat.grantIdOf(token), TokenHash.of(token)))
                    .isTrue();
            awaitEnd(client);
        }
    }

    /** Revoked on another node, and the word of it lost: the next look finds it once it is said that something was. */
    @Test
    void followWhenARevocationWentUnheardThenStreamEndsWithItsNextLook() {
        var listener = new AtomicReference<Consumer<Revocation>>();
        try (var server = start(100, EAGER, muted(listener));
                var client = open(server);
                var other = openQuietly(server, TestTokens.issue(store, ALICE, List.of(RESOURCE), now.get(), 600))) {
            assertThat(store.revokeGrant(TokenFormat.grantIdOf(token))).isTrue();
            for (int i = 0; i < 5; i++) {
                assertThat(client.readChunk()).as("nobody has heard of it").startsWith(":");
            }

            listener.get().accept(new Revocation.Unheard());

            awaitEnd(client);
            for (int i = 0; i < 5; i++) {
                assertThat(other.readChunk()).as("it was not revoked").startsWith(":");
            }
        }
    }

    /** The store, with a listener that hears nothing of it. */
    private GrantStore muted(AtomicReference<Consumer<Revocation>> listener) {
        return (GrantStore) Proxy.newProxyInstance(
                GrantStore.class.getClassLoader(), new Class<?>[] {GrantStore.class}, (_, method, arguments) -> {
                    if (method.getName().equals("onRevocation")) {
                        @SuppressWarnings("unchecked") // its only parameter is one
                        var given = (Consumer<Revocation>) arguments[0];
                        listener.set(given);
                        return null;
                    }
                    return method.invoke(store, arguments);
                });
    }

    private RawClient openQuietly(TestServer server, String bearer) {
        RawClient client = server.connect();
        client.send("GET /stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + bearer + "\r\n\r\n");
        assertThat(client.readHead().status()).isEqualTo(200);
        return client;
    }

    /** At once: the next keep-alive is 40 s away, and the test's connections give up long before. */
    @Test
    void followWhenGrantIsRevokedThenItsStreamsEndAtOnceAndNoOthers() {
        String other = TestTokens.issue(store, ALICE, List.of(RESOURCE), now.get(), 600);
        try (var server = start(100, RARE);
                var first = openQuietly(server, token);
                var second = openQuietly(server, token);
                var stranger = openQuietly(server, other)) {
            store.revokeGrant(TokenFormat.grantIdOf(token));
            assertThat(first.readChunk()).isEmpty();
            assertThat(second.readChunk()).isEmpty();
            Await.until(
                    "only the other stream is followed", () -> watching.get().size() == 1);

            assertThat(store.revokeAccessToken(TokenFormat.grantIdOf(other), TokenHash.of(other)))
                    .isTrue();
            assertThat(stranger.readChunk()).isEmpty();
            Await.until("nothing is left behind", () -> watching.get().size() == 0);
        }
    }

    @Test
    void followWhenTheClientLeavesThenNothingIsLeftBehind() {
        try (var server = start(100, RARE)) {
            openQuietly(server, token).close();
            Await.until("nothing is left behind", () -> watching.get().size() == 0);
        }
    }

    /** O-145: whoever it is told to is another than was let in; the client comes back and is seen as they are. */
    @Test
    void followWhenThePersonHasChangedThenStreamEndsAndMayBeOpenedAnew() {
        try (var server = start(100, RARE);
                var client = openQuietly(server, token)) {
            String grantId = TokenFormat.grantIdOf(token);
            byte[] props = store.grant(grantId, now.get()).sealedProps();
            assertThat(store.putChecked(grantId, props, true, now.get(), now.get()))
                    .isTrue();
            assertThat(client.readChunk()).isEmpty();

            try (var again = openQuietly(server, token)) {
                assertThat(store.putChecked(grantId, props, false, now.get(), now.get()))
                        .isTrue();
                assertThat(store.revokeGrant(grantId)).isTrue();
                assertThat(again.readChunk()).isEmpty();
            }
        }
    }

    /** O-145: unknown at once, and known as soon as somebody has read it. */
    @Test
    void followWhenTheStreamOutlivesAChangeThenItIsToldWhoThatIsNow() throws Exception {
        try (var server = start(100);
                var client = server.connect()) {
            client.send("GET /stream?stays HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(200);
            String grantId = TokenFormat.grantIdOf(token);
            byte[] props = store.grant(grantId, now.get()).sealedProps();
            store.putChecked(grantId, props, true, now.get(), now.get());

            assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo(Optional.empty());
            for (int i = 0; i < 3; i++) {
                assertThat(client.readChunk()).as("nobody has read it").startsWith(":");
            }
            assertThat(told).isEmpty();

            try (var _ = openQuietly(server, token)) {
                assertThat(told.poll(20, TimeUnit.SECONDS))
                        .hasValueSatisfying(who -> assertThat(who.identity()).isEqualTo(ALICE));
                assertThat(client.readChunk()).startsWith(":");
            }
        }
    }

    @Test
    void followWhenTokenIsLiveThenStreamStaysThoughItsEntryWasForgotten() {
        try (var server = start(1);
                var client = open(server)) {
            // Another token takes its place in the table of one.
            String other = TestTokens.issue(store, ALICE, List.of(RESOURCE), now.get(), 600);
            try (var second = server.connect()) {
                second.send("GET /stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + other + "\r\n\r\n");
                assertThat(second.readHead().status()).isEqualTo(200);
            }
            for (int i = 0; i < 10; i++) {
                assertThat(client.readChunk()).startsWith(":");
            }
        }
    }
}
