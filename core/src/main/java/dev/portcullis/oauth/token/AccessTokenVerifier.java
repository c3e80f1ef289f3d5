package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Principal;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStore.Held;
import dev.portcullis.store.GrantStore.Revocation;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.TokenOutcome;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks access tokens, with each request (O-25, O-28; design decision 2). What was live a moment ago is found in a bounded table by the token's hash, without
 * a lock and without a network hop; what the store did not know a moment ago is refused from a small table of its own; anything else is asked of the store, one
 * flight per token.
 *
 * <pre>
 *            peek                                    load
 *  token ──► malformed ─────────────► REFUSED
 *        ──► in the table, counts ──► VerifiedToken
 *        ──► the same, expired ─────► REFUSED
 *        ──► known as bogus ────────► REFUSED
 *        ──► else ──────────────────► ASK_STORE ──► store: live ────► VerifiedToken, into the table
 *                                               ──► store: nothing ─► REFUSED, into the table of the bogus
 * </pre>
 *
 * A revocation takes its entries out at once, and marks the flights in progress that it concerns: what such a flight read before the revocation is neither
 * answered nor kept. A flight that starts later asks a store that knows of the revocation. When something else is known of a grant's person (O-145), its tokens are taken out
 * likewise, to be read anew, and what a flight in progress has read is not kept.
 *
 * <p><b>What is in the table counts as long as every revocation up to a moment ago has been heard</b> ({@link GrantStore#heardMillis}), or it was itself read a moment ago: so a token that was
 * revoked on another node is refused here within a second, link or no link, and what the store cannot be asked about then is neither admitted nor refused. When the link is there again,
 * something may have been revoked that was not heard, and everything is read anew.
 *
 * <p>Any thread. {@link #peek} neither blocks nor allocates beyond the hash (48 bytes); {@link #load} blocks.
 */
public final class AccessTokenVerifier {
    /** How old what is known may be: a second, less the tick by which a {@link TickingClock} may be late. */
    static final int LEASE_MILLIS = 900;

    private final GrantStore store;
    private final List<String> sameAudience;
    private final InstantSource clock;
    private final Telemetry telemetry;
    private final TokenTable live;
    private final BogusTable bogus;
    private final Map<TokenHash, Flight> flights = new ConcurrentHashMap<>();
    private final List<Consumer<Revocation>> listeners = new CopyOnWriteArrayList<>();

    /** That of the token read last: almost all have the same, and share it, which saves heap and cache lines. */
    private volatile List<String> usualAudience = List.of();

    /**
     * Listens to the store's revocations from now on.
     *
     * @param sameAudience resources that count as one: a token for one of them is good at all (O-11); empty if each stands alone
     * @param clock asked with each check: a {@link TickingClock}
     */
    public AccessTokenVerifier(
            GrantStore store, List<String> sameAudience, Limits limits, InstantSource clock, Telemetry telemetry) {
        this.store = store;
        this.sameAudience = List.copyOf(sameAudience);
        this.clock = clock;
        this.telemetry = telemetry;
        this.live = new TokenTable(limits.tokensMax());
        this.bogus = new BogusTable(limits.bogusTokensMax(), limits.bogusMillis());
        store.onRevocation(this::forget);
    }

    /**
     * Checks without blocking; for event loops. Reports to telemetry what it decides; {@link TokenCheck.AskStore} is reported by {@link #load}.
     *
     * @param credentials any text that ends with the token, such as the value {@code Bearer …} of an Authorization header
     * @param from where the token begins
     * @param resource the exact resource that is called
     * @return {@link VerifiedToken}, {@link TokenCheck#REFUSED} or {@link TokenCheck#ASK_STORE}
     */
    public TokenCheck peek(CharSequence credentials, int from, String resource) {
        if (credentials.length() - from != TokenFormat.LENGTH) {
            return refused(TokenOutcome.INVALID);
        }
        TokenHash hash = TokenHash.of(credentials, from, TokenFormat.LENGTH);
        long now = clock.millis();
        VerifiedToken token = known(hash, now);
        if (token != null) {
            return admit(token, resource, TokenOutcome.HIT, now);
        }
        if (!TokenFormat.isWellFormed(TokenFormat.Kind.ACCESS, tokenIn(credentials, from))
                || bogus.contains(hash, now)) {
            return refused(TokenOutcome.INVALID);
        }
        return TokenCheck.ASK_STORE;
    }

    /** What is in the table and counts now. */
    private @Nullable VerifiedToken known(TokenHash hash, long now) {
        return isHeard(now) ? live.get(hash) : live.get(hash, now - LEASE_MILLIS, now + LEASE_MILLIS);
    }

    /** Whether revocations have been heard up to a moment ago; a moment that is still to come was named before the clock was set back (T-116). */
    private boolean isHeard(long nowMillis) {
        long heard = store.heardMillis();
        return heard == Long.MAX_VALUE || isLately(heard, nowMillis);
    }

    private static boolean isLately(long millis, long nowMillis) {
        return Math.abs(nowMillis - millis) <= LEASE_MILLIS;
    }

    /**
     * Checks, asking the store if need be: the same as {@link #peek}, but blocks instead of answering {@link TokenCheck.AskStore}. Callers with the same token
     * share one look-up. The parameters are those of {@link #peek}.
     *
     * @return {@link VerifiedToken} or {@link TokenCheck#REFUSED}
     * @throws StoreException nothing is known about the token: 503, never 401
     */
    public TokenCheck load(CharSequence credentials, int from, String resource) {
        TokenCheck known = peek(credentials, from, resource);
        if (known != TokenCheck.ASK_STORE) {
            return known;
        }
        VerifiedToken token = find(tokenIn(credentials, from));
        return token == null
                ? refused(TokenOutcome.INVALID)
                : admit(token, resource, TokenOutcome.MISS, clock.millis());
    }

    /**
     * Whether a token that was verified earlier still is, for streams that outlive their request (O-27). Does not block.
     *
     * @return the token as it is known now; {@link TokenCheck#REFUSED} if it has expired; {@link TokenCheck#ASK_STORE} if this process no longer knows it, or not lately
     *     enough: ask {@link #isLive}
     */
    public TokenCheck recheck(VerifiedToken token) {
        long now = clock.millis();
        if (token.isExpired(now)) {
            return TokenCheck.REFUSED;
        }
        if (token.holdsUntilItsEnd()) {
            return token;
        }
        VerifiedToken known = known(token.hash(), now);
        return known == null ? TokenCheck.ASK_STORE : known;
    }

    /**
     * The same, from the store. Blocks.
     *
     * @throws StoreException nothing is known about the token
     */
    public boolean isLive(VerifiedToken token) {
        return store.accessToken(token.principal().grantId(), token.hash(), nowSeconds()) != null;
    }

    /** Whoever is to be told of revocations too: after the token was forgotten here. Called from any thread; must not block. */
    public void onRevocation(Consumer<Revocation> listener) {
        listeners.add(listener);
    }

    private TokenCheck admit(VerifiedToken token, String resource, TokenOutcome outcome, long now) {
        if (token.isExpired(now)) {
            return refused(TokenOutcome.INVALID);
        }
        if (!token.isFor(resource)) {
            return refused(TokenOutcome.WRONG_AUDIENCE);
        }
        telemetry.tokenChecked(outcome);
        return token;
    }

    private TokenCheck refused(TokenOutcome outcome) {
        telemetry.tokenChecked(outcome);
        return TokenCheck.REFUSED;
    }

    private @Nullable VerifiedToken find(String token) {
        var flight = new Flight(TokenHash.of(token), TokenFormat.grantIdOf(token));
        Flight running = flights.putIfAbsent(flight.hash, flight);
        if (running != null) {
            return landed(running);
        }
        try {
            // The flight before this one may have landed since the table was looked at: it fills the table first, and
            // takes itself off the list then.
            long askedAt = clock.millis();
            VerifiedToken landed = known(flight.hash, askedAt);
            VerifiedToken found =
                    landed == null ? keep(flight, read(token, flight), askedAt) : unlessRevoked(flight, landed);
            flight.result.complete(found);
            return found;
        } catch (RuntimeException | Error e) {
            flight.result.completeExceptionally(e);
            telemetry.tokenChecked(TokenOutcome.UNAVAILABLE);
            throw e;
        } finally {
            flights.remove(flight.hash, flight);
        }
    }

    private @Nullable VerifiedToken landed(Flight flight) {
        try {
            return flight.result.join();
        } catch (CompletionException e) {
            telemetry.tokenChecked(TokenOutcome.UNAVAILABLE);
            throw new StoreException("the look-up that this one waited for failed", e);
        }
    }

    private @Nullable VerifiedToken read(String token, Flight flight) {
        Held<AccessToken> held = store.accessToken(flight.grantId, flight.hash, nowSeconds());
        if (held == null) {
            return null;
        }
        AccessToken access = held.token();
        Grant grant = held.grant();
        var grantKey = GrantCipher.unwrap(access.wrappedKey(), token);
        var props = GrantProps.decode(GrantCipher.openProps(grant.sealedProps(), grantKey, grant.id()));
        String clientId = access.clientId() == null ? grant.client().id() : access.clientId();
        // Whoever exchanged a token can have no more than that token (O-165): its client's bound is the bound.
        var principal = new Principal(
                props.identity(),
                clientId,
                grant.id(),
                access.scopes(),
                grant.client().scopes());
        long expiresAt = Math.min(access.expiresAt(), grant.expiresAt());
        return new VerifiedToken(principal, audienceOf(access), expiresAt, access.hash(), access.boundTo());
    }

    private List<String> audienceOf(AccessToken access) {
        var audience = new LinkedHashSet<>(access.resources());
        if (access.resources().stream().anyMatch(sameAudience::contains)) {
            audience.addAll(sameAudience);
        }
        var usual = usualAudience;
        if (usual.size() != audience.size() || !audience.containsAll(usual)) {
            usual = audience.stream()
                    .map(String::intern) // few, and compared with each request: best by identity
                    .toList();
            usualAudience = usual;
        }
        return usual;
    }

    /**
     * Remembers what a flight found, unless it was revoked meanwhile: under the flight's lock, so that a revocation comes wholly before or wholly after.
     *
     * @throws StoreException it took so long that a revocation may have gone unheard meanwhile
     */
    private @Nullable VerifiedToken keep(Flight flight, @Nullable VerifiedToken found, long askedAtMillis) {
        synchronized (flight) {
            VerifiedToken standing = unlessRevoked(flight, found);
            if (standing == null) {
                return null;
            }
            long now = clock.millis();
            if (!isLately(askedAtMillis, now) && (flight.unheard || !isHeard(now))) {
                throw new StoreException("the store has answered too late to say what is so now");
            }
            if (!flight.outdated && !flight.unheard) {
                live.put(standing, askedAtMillis);
            }
            return standing;
        }
    }

    private @Nullable VerifiedToken unlessRevoked(Flight flight, @Nullable VerifiedToken found) {
        synchronized (flight) {
            if (found == null || flight.revoked) {
                bogus.add(flight.hash, clock.millis());
                return null;
            }
            return found;
        }
    }

    private void forget(Revocation revocation) {
        switch (revocation) {
            case Revocation.OfGrant(String grantId) -> {
                for (Flight flight : flights.values()) {
                    if (flight.grantId.equals(grantId)) {
                        flight.revoke();
                    }
                }
                live.removeGrant(grantId);
            }
            case Revocation.OfProps(String grantId) -> {
                for (Flight flight : flights.values()) {
                    if (flight.grantId.equals(grantId)) {
                        flight.outdate();
                    }
                }
                live.removeGrant(grantId);
            }
            case Revocation.OfAccessToken(TokenHash hash) -> {
                Flight flight = flights.get(hash);
                if (flight != null) {
                    flight.revoke();
                }
                live.remove(hash);
            }
            case Revocation.Unheard() -> {
                flights.values().forEach(Flight::miss);
                live.clear();
            }
        }
        listeners.forEach(listener -> listener.accept(revocation));
    }

    private long nowSeconds() {
        return clock.millis() / 1000;
    }

    private static String tokenIn(CharSequence credentials, int from) {
        return credentials.subSequence(from, credentials.length()).toString();
    }

    /**
     * Bounds of what is remembered.
     *
     * @param tokensMax live tokens kept in the heap, about 500 bytes each
     * @param bogusTokensMax unknown tokens kept, about 100 bytes each
     * @param bogusMillis how long an unknown token is refused without asking the store again
     */
    public record Limits(int tokensMax, int bogusTokensMax, int bogusMillis) {
        /** 100,000 live tokens (50 MB), 16,384 bogus ones for 5 seconds. */
        public static final Limits DEFAULT = new Limits(100_000, 16_384, 5_000);
    }

    /** One look-up in progress. */
    private static final class Flight {
        final TokenHash hash;
        final String grantId;
        final CompletableFuture<@Nullable VerifiedToken> result = new CompletableFuture<>();

        /** Guarded by this. */
        boolean revoked;

        /** Guarded by this. */
        boolean outdated;

        /** Guarded by this. */
        boolean unheard;

        Flight(TokenHash hash, String grantId) {
            this.hash = hash;
            this.grantId = grantId;
        }

        synchronized void revoke() {
            revoked = true;
        }

        /** What it has read of the person may be what was known before: it answers with that once. */
        synchronized void outdate() {
            outdated = true;
        }

        /** It may have been revoked after it was read, and that not heard. */
        synchronized void miss() {
            unheard = true;
        }
    }
}
