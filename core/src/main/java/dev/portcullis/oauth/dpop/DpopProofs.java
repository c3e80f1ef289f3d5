package dev.portcullis.oauth.dpop;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.JsonObject;
import dev.portcullis.identity.SignedToken;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings.Dpop;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Verifies DPoP proofs (RFC 9449 §4.3; O-160, T-90): one proof, of the right type, signed by the public key in it, for this method and address, made just now, not
 * used before, and at a resource for this access token. A proof is used up by the check that finds it good: its id is looked for in a bounded table of this
 * process, then spent in the store, so that no other node takes it either (T-89).
 *
 * <p>Any thread; {@link #verify} blocks on the store.
 */
public final class DpopProofs {
    /** Algorithms that proofs may be signed with; the metadata says the same. */
    public static final List<String> ALGORITHMS = List.of("RS256", "PS256", "ES256");

    /** How far a proof's {@code iat} may lie from now, either way (O-160). */
    static final int AGE_SECONDS_MAX = 300;

    private static final SignedToken.Form FORM =
            new SignedToken.Form("the DPoP proof", "dpop+jwt", true, Set.copyOf(ALGORITHMS));
    /** Of one key, within the time that a proof is remembered: 100 a second (T-92). Else one caller alone could use up the room for all. */
    private static final int OF_ONE_KEY_MAX = 60_000;

    /** Keys whose proofs are counted, about 150 bytes each. */
    private static final int KEYS_MAX = 100_000;

    private static final int ID_CHARS_MAX = 256;
    private static final int PROOF_CHARS_MAX = 8 * 1024;

    private final Dpop mode;
    private final GrantStore store;
    private final @Nullable ProofNonces nonces;
    private final Telemetry telemetry;
    private final Cache<TokenHash, Boolean> spent;
    private final Cache<TokenHash, AtomicInteger> madeBy;
    private final int ofOneKeyMax;

    /**
     * @param key the nonces come from it
     * @param wantsNonce whether a proof must repeat a nonce of ours (RFC 9449 §8, §9)
     * @param spentMax how many used proofs this process remembers, about 150 bytes each; the store remembers all
     */
    public DpopProofs(
            Dpop mode, MasterKey key, GrantStore store, boolean wantsNonce, int spentMax, Telemetry telemetry) {
        this(mode, key, store, wantsNonce, spentMax, OF_ONE_KEY_MAX, telemetry);
    }

    DpopProofs(
            Dpop mode,
            MasterKey key,
            GrantStore store,
            boolean wantsNonce,
            int spentMax,
            int ofOneKeyMax,
            Telemetry telemetry) {
        this.mode = mode;
        this.store = store;
        this.nonces = wantsNonce ? new ProofNonces(key.keyedHash("dpop-nonce/1")) : null;
        this.telemetry = telemetry;
        this.spent = Caffeine.newBuilder()
                .maximumSize(spentMax)
                .expireAfterWrite(Duration.ofSeconds(2L * AGE_SECONDS_MAX))
                .build();
        this.ofOneKeyMax = ofOneKeyMax;
        this.madeBy = Caffeine.newBuilder()
                .maximumSize(KEYS_MAX)
                .expireAfterWrite(Duration.ofSeconds(2L * AGE_SECONDS_MAX))
                .build();
    }

    /** Nothing is bound, and proofs are not looked at. */
    public boolean isOff() {
        return mode == Dpop.OFF;
    }

    /** Whether no token may do without. */
    public boolean isRequired() {
        return mode == Dpop.REQUIRED;
    }

    /** @return the nonce that proofs are to repeat from now on; null if none is wanted */
    public @Nullable String nonce(long nowSeconds) {
        return nonces == null ? null : nonces.at(nowSeconds);
    }

    /** @return what a {@code dpop_jkt} (RFC 9449 §10) stands for; null if it is no thumbprint */
    public static @Nullable TokenHash thumbprint(@Nullable String jkt) {
        return ProofKey.thumbprintOf(jkt);
    }

    /**
     * Verifies the one proof of a request and uses it up.
     *
     * @param proofs all values of the DPoP header
     * @param method of the request
     * @param target its address as configured, never as the request says (O-2)
     * @param accessToken hash of the access token that the proof must be for; null at the token endpoint
     * @return SHA-256 thumbprint of the key whose holder made the request
     * @throws OAuthException INVALID_DPOP_PROOF; USE_DPOP_NONCE: {@link #nonce} is to be in the next one
     * @throws StoreException whether the proof was used before is not known, or its key has made more than are remembered of one
     */
    public TokenHash verify(
            List<String> proofs, String method, String target, @Nullable TokenHash accessToken, long nowSeconds) {
        if (proofs.size() != 1) {
            throw refused(proofs.isEmpty() ? "a DPoP proof is missing" : "there is more than one DPoP header");
        }
        SignedToken proof = parse(proofs.getFirst());
        ProofKey key = ProofKey.of(proof.header().object("jwk"));
        if (key == null) {
            throw refused("the DPoP proof has no public key in jwk that is RSA of 2048 bits or more, or P-256");
        }
        if (!proof.isSignedBy(key.key())) {
            throw refused("the DPoP proof has a wrong signature");
        }
        JsonObject claims = JsonObject.parse(proof.payload());
        if (claims == null) {
            throw refused("the DPoP proof has claims that are not a JSON object");
        }
        checkTarget(claims, method, target);
        checkToken(claims, accessToken);
        long madeAt = checkTime(claims, nowSeconds);
        checkNonce(claims, nowSeconds);
        spend(claims, key, madeAt, nowSeconds);
        return key.thumbprint();
    }

    private static SignedToken parse(String proof) {
        if (proof.length() > PROOF_CHARS_MAX) {
            throw refused("the DPoP proof is too long");
        }
        try {
            return SignedToken.parse(proof, FORM);
        } catch (IdentityException e) {
            throw refused("the DPoP proof is not a signed JWT of type dpop+jwt and an accepted algorithm");
        }
    }

    private static void checkTarget(JsonObject claims, String method, String target) {
        if (!method.equals(claims.string("htm"))) {
            throw refused("the DPoP proof is for another method (htm)");
        }
        String claimed = TargetUri.canonical(claims.string("htu"));
        if (claimed == null || !claimed.equals(TargetUri.canonical(target))) {
            throw refused("the DPoP proof is for another address (htu)");
        }
    }

    private static void checkToken(JsonObject claims, @Nullable TokenHash accessToken) {
        if (accessToken == null) {
            return;
        }
        String hash = claims.string("ath");
        if (hash == null || !isEqual(hash, Base64Url.encode(accessToken.toBytes()))) {
            throw refused("the DPoP proof is for another access token (ath)");
        }
    }

    private static long checkTime(JsonObject claims, long nowSeconds) {
        Double madeAt = claims.numericDate("iat");
        if (madeAt == null || Math.abs(madeAt - nowSeconds) > AGE_SECONDS_MAX) {
            throw refused("the DPoP proof was not made just now (iat)");
        }
        return (long) Math.ceil(madeAt);
    }

    private void checkNonce(JsonObject claims, long nowSeconds) {
        if (nonces == null) {
            return;
        }
        String nonce = claims.string("nonce");
        if (nonce == null || !nonces.isGood(nonce, nowSeconds)) {
            throw new OAuthException(OAuthError.USE_DPOP_NONCE, "the DPoP proof must repeat the nonce of this answer");
        }
    }

    private void spend(JsonObject claims, ProofKey key, long madeAt, long nowSeconds) {
        String id = claims.string("jti");
        if (id == null || id.isEmpty() || id.length() > ID_CHARS_MAX) {
            throw refused("the DPoP proof has no jti, or a long one");
        }
        // With the key in it, nobody spends the ids of others.
        var once = TokenHash.of(("dpop/1:" + key.thumbprint() + ":" + id).getBytes(StandardCharsets.UTF_8));
        if (spent.getIfPresent(once) != null || !spendOnce(key, once, madeAt, nowSeconds)) {
            telemetry.audit(AuditEvent.of(AuditEvent.What.ASSERTION_REPLAYED).failed("DPoP proof"));
            throw refused("the DPoP proof was used before (jti)");
        }
        spent.put(once, true);
    }

    private boolean spendOnce(ProofKey key, TokenHash once, long madeAt, long nowSeconds) {
        var made = madeBy.get(key.thumbprint(), _ -> new AtomicInteger());
        if (made.get() >= ofOneKeyMax) {
            throw new StoreException("one key has made more DPoP proofs than are remembered of one: " + ofOneKeyMax);
        }
        made.incrementAndGet();
        return store.spendOnce(once, madeAt + AGE_SECONDS_MAX + 1, nowSeconds);
    }

    private static boolean isEqual(String left, String right) {
        return MessageDigest.isEqual(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }

    private static OAuthException refused(String why) {
        return new OAuthException(OAuthError.INVALID_DPOP_PROOF, why);
    }
}
