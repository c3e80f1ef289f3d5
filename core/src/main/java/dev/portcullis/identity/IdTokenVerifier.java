package dev.portcullis.identity;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.IdentityException.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks an ID token whole (O-144; OpenID Connect Core §3.1.3.7): form, algorithm, key, signature, then the claims, in this order; the first check that fails ends
 * it, with a reason of its own. Any thread; blocks when keys must be fetched.
 */
final class IdTokenVerifier {
    /** An ID token comes at once from the sign-in or the refresh that asked for it. */
    private static final int AGE_SECONDS_MAX = 600;

    private static final int SUBJECT_CHARS_MAX = 255;

    private final OidcSettings settings;
    private final KeySource keys;
    private final InstantSource clock;

    IdTokenVerifier(OidcSettings settings, KeySource keys, InstantSource clock) {
        this.settings = settings;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * One that ends a sign-in.
     *
     * @param nonce the one that was sent with the browser
     * @param accessToken the one that came with the ID token; null if none did
     * @return who signed in
     * @throws IdentityException INVALID: the token does not hold; UNAVAILABLE: its key cannot be had
     */
    Identity verify(String idToken, String nonce, @Nullable String accessToken) throws IdentityException {
        JsonObject claims = claims(idToken);
        checkNonce(claims, nonce);
        return identity(claims, accessToken);
    }

    /**
     * One that came with a refresh (O-145; OpenID Connect Core §12.2): about the same person as before, and without need of a nonce, since no browser is between us.
     *
     * @param known who it must be about
     * @return what is said of them now
     * @throws IdentityException as {@link #verify}; INVALID also if it is about somebody else
     */
    Identity verifyRefreshed(String idToken, Identity known, @Nullable String accessToken) throws IdentityException {
        Identity now = identity(claims(idToken), accessToken);
        if (!now.issuer().equals(known.issuer()) || !now.subject().equals(known.subject())) {
            throw invalid("is about another person than the refresh token");
        }
        return now;
    }

    /** Steps 1 to 7 of O-144. */
    private JsonObject claims(String idToken) throws IdentityException {
        SignedToken token = SignedToken.parse(idToken, settings.algorithms());
        keys.requireSignature(token);
        JsonObject claims = JsonObject.parse(token.payload());
        if (claims == null) {
            throw invalid("has claims that are not a JSON object, or has one twice");
        }
        checkIssuer(claims);
        checkAudience(claims);
        checkTimes(claims);
        return claims;
    }

    /** Step 9 of O-144. */
    private Identity identity(JsonObject claims, @Nullable String accessToken) throws IdentityException {
        String subject = subject(claims);
        checkAccessToken(claims, accessToken);
        return IdentityClaims.read(settings.issuer(), subject, claims, settings.claims());
    }

    private void checkIssuer(JsonObject claims) throws IdentityException {
        String issuer = claims.string("iss");
        if (!settings.issuer().equals(issuer)) {
            throw invalid("has the iss " + Quoted.of(issuer) + ", expected " + settings.issuer());
        }
    }

    private void checkAudience(JsonObject claims) throws IdentityException {
        String one = claims.string("aud");
        List<?> audiences = one == null ? claims.array("aud") : List.of(one);
        if (audiences == null || !audiences.contains(settings.clientId())) {
            throw invalid("has an aud without our client id");
        }
        if (claims.has("azp")) {
            if (!settings.clientId().equals(claims.string("azp"))) {
                throw invalid("has the azp " + Quoted.of(claims.string("azp")) + ", expected our client id");
            }
        } else if (audiences.size() > 1) {
            throw invalid("has several audiences and no azp");
        }
    }

    private void checkTimes(JsonObject claims) throws IdentityException {
        double now = clock.millis() / 1000.0;
        double skew = settings.clockSkewSeconds();
        double expires = requireTime(claims, "exp");
        if (expires <= now - skew) {
            throw invalid("expired " + seconds(now - expires) + " ago (exp)");
        }
        double issued = requireTime(claims, "iat");
        if (issued > now + skew) {
            throw invalid("was issued " + seconds(issued - now) + " in the future (iat)");
        }
        if (issued < now - AGE_SECONDS_MAX - skew) {
            throw invalid("was issued " + seconds(now - issued) + " ago (iat), and must be fresh");
        }
        if (claims.has("nbf") && requireTime(claims, "nbf") > now + skew) {
            throw invalid("is not valid yet (nbf)");
        }
    }

    private static double requireTime(JsonObject claims, String name) throws IdentityException {
        Double seconds = claims.numericDate(name);
        if (seconds == null) {
            throw invalid("has no " + name + " that is a time");
        }
        return seconds;
    }

    private static String seconds(double seconds) {
        return Math.round(seconds) + " s";
    }

    private static void checkNonce(JsonObject claims, String expected) throws IdentityException {
        String nonce = claims.string("nonce");
        if (nonce == null) {
            throw invalid("has no nonce");
        }
        if (!isEqualInConstantTime(nonce, expected)) {
            throw invalid("has a nonce that is not the one sent");
        }
    }

    private static String subject(JsonObject claims) throws IdentityException {
        String subject = claims.string("sub");
        if (subject == null || subject.isEmpty()) {
            throw invalid("has no sub, or an empty one");
        }
        if (subject.length() > SUBJECT_CHARS_MAX) {
            throw invalid("has a sub of more than " + SUBJECT_CHARS_MAX + " characters");
        }
        return subject;
    }

    /** OpenID Connect Core §3.1.3.8. All our algorithms hash with SHA-256. */
    private static void checkAccessToken(JsonObject claims, @Nullable String accessToken) throws IdentityException {
        if (!claims.has("at_hash")) {
            return;
        }
        String hash = claims.string("at_hash");
        if (accessToken == null || hash == null || !isEqualInConstantTime(hash, leftHalfOfHash(accessToken))) {
            throw invalid("has an at_hash that is not the access token's");
        }
    }

    private static String leftHalfOfHash(String accessToken) {
        byte[] hash = TokenHash.of(accessToken).toBytes();
        return Base64Url.encode(Arrays.copyOf(hash, hash.length / 2));
    }

    private static boolean isEqualInConstantTime(String left, String right) {
        return MessageDigest.isEqual(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }

    private static IdentityException invalid(String what) {
        return new IdentityException(Kind.INVALID, "the ID token " + what);
    }
}
