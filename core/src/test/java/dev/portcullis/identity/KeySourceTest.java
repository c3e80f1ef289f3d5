package dev.portcullis.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.JWKGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.fetch.LocalServer;
import dev.portcullis.identity.IdentityException.Kind;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** O-146, T-85: rotation, floods, outages, garbage. */
@Timeout(60)
class KeySourceTest {
    private static JWK a;
    private static JWK b;

    private final SettableClock clock = new SettableClock();
    private final DocumentFetcher fetcher = new DocumentFetcher(FetchLimits.DEFAULT, new AddressGuard());
    private LocalServer server;
    private KeySource keys;

    @BeforeAll
    static void makeKeys() throws JOSEException {
        a = rsa("a").toPublicJWK();
        b = rsa("b").toPublicJWK();
    }

    @BeforeEach
    void start() throws Exception {
        server = new LocalServer(set(300, a));
        var endpoints = new OidcSettings.Endpoints(server.uri("/a"), server.uri("/t"), server.uri("/jwks"));
        var settings = OidcSettings.of(
                "https://idp.example", endpoints, "client", "secret", URI.create("https://mcp.example/callback"));
        keys = new KeySource(new Discovery(settings, fetcher, clock), fetcher, clock);
    }

    @AfterEach
    void stop() {
        fetcher.close();
        server.close();
    }

    @Test
    void keysForWhenAskedAgainThenFetchesOnce() throws Exception {
        for (int i = 0; i < 10; i++) {
            assertThat(keys.keysFor("a", JWSAlgorithm.RS256)).hasSize(1);
        }
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void keysForWhenManyAskAtOnceThenOneFetches() throws Exception {
        int callers = 50;
        var begun = new CountDownLatch(callers);
        server.answers(exchange -> {
            await(begun);
            set(300, a).write(exchange);
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, callers)
                    .mapToObj(_ -> threads.submit(() -> {
                        begun.countDown();
                        return keys.keysFor("a", JWSAlgorithm.RS256).size();
                    }))
                    .toList();
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(1);
            }
        }
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void keysForWhenKeyIsNewThenFetchesAgainAtOnce() throws Exception {
        keys.keysFor("a", JWSAlgorithm.RS256);
        server.answers(set(300, a, b));
        assertThat(keys.keysFor("b", JWSAlgorithm.RS256)).hasSize(1);
        assertThat(keys.keysFor("a", JWSAlgorithm.RS256)).hasSize(1);
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void keysForWhenUnknownKidsFloodInThenFetchesAtMostOnceInThirtySeconds() throws Exception {
        keys.keysFor("a", JWSAlgorithm.RS256);
        flood(1_000);
        assertThat(server.asked()).as("the first fetch and one more").hasSize(2);
        clock.advance(29);
        flood(10);
        assertThat(server.asked()).hasSize(2);
        assertThat(keys.keysFor("a", JWSAlgorithm.RS256)).hasSize(1);
        clock.advance(1);
        flood(1_000);
        assertThat(server.asked()).hasSize(3);
    }

    /** T-85: a thousand of them from 64 threads, for five minutes; those who are known sign in all the while. */
    @Test
    void keysForWhenFloodedForMinutesThenFetchesOncePerThirtySecondsAndKnownKidsWork() throws Exception {
        server.answers(set(86_400, a));
        keys.keysFor("a", JWSAlgorithm.RS256);
        try (var threads = Executors.newFixedThreadPool(64)) {
            for (int step = 0; step < 10; step++) {
                int base = step * 100;
                var asked = IntStream.range(0, 100)
                        .mapToObj(i -> threads.submit(() -> {
                            assertInvalid("distinct-" + (base + i), "not among the provider's keys");
                            return keys.keysFor("a", JWSAlgorithm.RS256).size();
                        }))
                        .toList();
                for (Future<Integer> known : asked) {
                    assertThat(known.get()).isEqualTo(1);
                }
                clock.advance(30);
            }
        }
        assertThat(server.asked())
                .as("the first fetch, and one in each of ten half minutes")
                .hasSize(11);
    }

    /** T-116. */
    @Test
    void keysForWhenClockWasSetBackThenAnUnknownKidIsLookedForAllTheSame() throws Exception {
        keys.keysFor("a", JWSAlgorithm.RS256);
        flood(1);
        clock.advance(-3_600);
        server.answers(set(300, a, b));
        assertThat(keys.keysFor("b", JWSAlgorithm.RS256)).hasSize(1);
    }

    @Test
    void keysForWhenLifeIsFourFifthsOverThenRefreshesInBackground() throws Exception {
        keys.keysFor("a", JWSAlgorithm.RS256);
        var release = new CountDownLatch(1);
        var asked = new CountDownLatch(1);
        server.answers(exchange -> {
            asked.countDown();
            await(release);
            set(300, b).write(exchange);
        });
        clock.advance(239);
        keys.keysFor("a", JWSAlgorithm.RS256);
        assertThat(server.asked()).hasSize(1);
        clock.advance(1);
        assertThat(keys.keysFor("a", JWSAlgorithm.RS256))
                .as("the old copy, at once, while the answer is held back")
                .hasSize(1);
        asked.await();
        release.countDown();
        // An unknown kid joins the fetch that is under way, or reads what it brought.
        assertThat(keys.keysFor("b", JWSAlgorithm.RS256)).hasSize(1);
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void keysForWhenKeyWasWithdrawnThenRefusesItAfterRefresh() throws Exception {
        keys.keysFor("a", JWSAlgorithm.RS256);
        server.answers(set(300, b));
        clock.advance(300);
        assertInvalid("a", "not among the provider's keys");
        assertThat(keys.keysFor("b", JWSAlgorithm.RS256)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"500", "html", "garbage", "array", "no keys", "too many", "huge"})
    void keysForWhenProviderFailsThenKeepsTheLastGoodForADay(String failure) throws Exception {
        keys.keysFor("a", JWSAlgorithm.RS256);
        server.answers(failing(failure));
        clock.advance(300);
        assertThat(keys.keysFor("a", JWSAlgorithm.RS256)).hasSize(1);
        clock.advance(86_399);
        assertThat(keys.keysFor("a", JWSAlgorithm.RS256)).hasSize(1);
        clock.advance(1);
        assertThatThrownBy(() -> keys.keysFor("a", JWSAlgorithm.RS256)).isInstanceOf(IdentityException.class);
        clock.advance(10);
        server.answers(set(300, a));
        awaitKey("a");
    }

    /** An outage costs one attempt every ten seconds, not one for each sign-in. */
    @Test
    void keysForWhenProviderFailsFromTheStartThenAsksAgainOnlyAfterAWhile() throws Exception {
        server.answers(failing("500"));
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> keys.keysFor("a", JWSAlgorithm.RS256))
                    .isInstanceOfSatisfying(
                            IdentityException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
        }
        assertThat(server.asked()).hasSize(1);
        server.answers(set(300, a));
        clock.advance(10);
        assertThat(keys.keysFor("a", JWSAlgorithm.RS256)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 299})
    void keysForWhenMaxAgeIsShortThenKeepsKeysFiveMinutes(long maxAge) throws Exception {
        server.answers(set(maxAge, a));
        keys.keysFor("a", JWSAlgorithm.RS256);
        clock.advance(239);
        keys.keysFor("a", JWSAlgorithm.RS256);
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void keysForWhenMaxAgeIsLongThenKeepsKeysADayAtMost() throws Exception {
        server.answers(set(10_000_000, a));
        keys.keysFor("a", JWSAlgorithm.RS256);
        server.answers(set(300, b));
        clock.advance(86_400);
        assertInvalid("a", "not among the provider's keys");
    }

    @Test
    void keysForSkipsKeysThatAreOfNoUse() throws Exception {
        String weak = "{\"kty\":\"RSA\",\"kid\":\"weak\",\"e\":\"AQAB\",\"n\":\"" + "x".repeat(171) + "\"}";
        JWK encryption = rsaBuilder("enc").keyUse(KeyUse.ENCRYPTION).generate().toPublicJWK();
        JWK p384 = new ECKeyGenerator(Curve.P_384).keyID("p384").generate().toPublicJWK();
        JWK p256 = new ECKeyGenerator(Curve.P_256).keyID("p256").generate().toPublicJWK();
        JWK oct = new OctetSequenceKey.Builder(new byte[32]).keyID("oct").build();
        JWK ps = rsaBuilder("ps").algorithm(JWSAlgorithm.PS256).generate().toPublicJWK();
        String members = Arrays.stream(new JWK[] {encryption, p384, p256, oct, ps, a})
                .map(JWK::toJSONString)
                .collect(Collectors.joining(","));
        server.answers(LocalServer.json("{\"keys\":[" + weak
                + ",7,null,{},{\"kty\":\"new\"},{\"kty\":\"RSA\",\"kid\":\"empty\"}," + members + "]}"));

        assertThat(keys.keysFor("a", JWSAlgorithm.RS256)).hasSize(1);
        assertThat(keys.keysFor(null, JWSAlgorithm.RS256)).hasSize(1);
        assertThat(keys.keysFor("p256", JWSAlgorithm.ES256)).hasSize(1);
        assertThat(keys.keysFor("ps", JWSAlgorithm.PS256)).hasSize(1);
        for (String kid : new String[] {"weak", "enc", "p384", "oct", "empty"}) {
            assertInvalid(kid, "not among the provider's keys");
        }
        assertInvalid("ps", "does not fit RS256");
        assertInvalid("p256", "does not fit RS256");
        assertThatThrownBy(() -> keys.keysFor("a", JWSAlgorithm.ES256)).hasMessageContaining("does not fit ES256");
    }

    private void flood(int count) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var refusals = IntStream.range(0, count)
                    .mapToObj(i -> threads.submit(() -> assertInvalid("random-" + i, "not among the provider's keys")))
                    .toList();
            for (Future<?> refusal : refusals) {
                refusal.get();
            }
        }
    }

    private void assertInvalid(String kid, String reason) {
        assertThatThrownBy(() -> keys.keysFor(kid, JWSAlgorithm.RS256))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining(reason);
    }

    /** A failed fetch may still be landing; the next try after it succeeds. */
    private void awaitKey(String kid) {
        while (true) {
            try {
                assertThat(keys.keysFor(kid, JWSAlgorithm.RS256)).hasSize(1);
                return;
            } catch (IdentityException e) {
                clock.advance(10);
            }
        }
    }

    private static LocalServer.Answer failing(String how) {
        return switch (how) {
            case "500" -> LocalServer.of(500, "application/json", "{}");
            case "html" -> LocalServer.of(200, "text/html", "<html>");
            case "garbage" -> LocalServer.json("\u0000\u0001garbage");
            case "array" -> LocalServer.json("[]");
            case "no keys" -> LocalServer.json("{\"keys\":{}}");
            case "too many" -> LocalServer.json("{\"keys\":[" + "{},".repeat(100) + "{}]}");
            case "huge" -> LocalServer.json("{\"keys\":[]" + " ".repeat(300_000) + "}");
            default -> throw new IllegalArgumentException(how);
        };
    }

    private static LocalServer.Answer set(long maxAge, JWK... members) {
        String keys =
                Arrays.stream(members).map(JWK::toJSONString).collect(Collectors.joining(",", "{\"keys\":[", "]}"));
        return LocalServer.json(keys, "Cache-Control", "max-age=" + maxAge);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static RSAKey rsa(String kid) throws JOSEException {
        return rsaBuilder(kid).generate();
    }

    private static JWKGenerator<RSAKey> rsaBuilder(String kid) {
        return new RSAKeyGenerator(2048).keyID(kid);
    }
}
