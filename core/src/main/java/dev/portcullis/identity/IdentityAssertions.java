package dev.portcullis.identity;

import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.identity.TrustedIssuer.ClaimNames;
import java.net.URI;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies identity assertions (ID-JAG; RFC 7523 §3, MCP Enterprise-Managed Authorization §5.1; O-170): type, algorithm, trusted issuer, signature, then the claims;
 * the first check that fails ends it, with a reason for our log. What is not understood and could narrow what the issuer meant fails closed. That it is used once is
 * for the caller to see to. Any thread; blocks when keys must be fetched.
 */
public final class IdentityAssertions {
    private static final SignedToken.Form FORM =
            new SignedToken.Form("the assertion", "oauth-id-jag+jwt", true, Set.of("RS256", "ES256"));
    /** At most 5 min (O-170). */
    private static final RemoteCopy.Lives KEY_LIVES = new RemoteCopy.Lives(60, 300, 300, 86_400, 10, 30);

    private static final int LIFE_SECONDS_MAX = 300;
    private static final int SKEW_SECONDS = 60;
    private static final int TEXT_CHARS_MAX = 255;

    private final String audience;
    private final Map<String, Trusted> issuers = new HashMap<>();
    private final Set<String> wanted;
    private final InstantSource clock;

    private record Trusted(TrustedIssuer issuer, KeySource keys) {}

    private IdentityAssertions(String audience, Set<String> wanted, InstantSource clock) {
        this.audience = audience;
        this.wanted = Set.copyOf(wanted);
        this.clock = clock;
    }

    /**
     * @param audience our issuer
     * @param wanted claims that rules look at
     * @param fetcher for keys; closing it ends requests under way
     */
    public static IdentityAssertions of(
            String audience,
            Collection<TrustedIssuer> issuers,
            Set<String> wanted,
            DocumentFetcher fetcher,
            InstantSource clock) {
        var assertions = new IdentityAssertions(audience, wanted, clock);
        issuers.forEach(
                issuer -> assertions.issuers.put(issuer.issuer(), new Trusted(issuer, keysOf(issuer, fetcher, clock))));
        return assertions;
    }

    private static KeySource keysOf(TrustedIssuer issuer, DocumentFetcher fetcher, InstantSource clock) {
        return switch (issuer.keys()) {
            case TrustedIssuer.Keys.Inline keys -> KeySource.given(FORM.name(), keys.parsed());
            case TrustedIssuer.Keys.At(URI address) -> KeySource.at(FORM.name(), address, KEY_LIVES, fetcher, clock);
        };
    }

    /** Believes nobody. */
    public static IdentityAssertions ofNobody() {
        return new IdentityAssertions("", Set.of(), InstantSource.system());
    }

    /** @throws IdentityException INVALID: the assertion does not hold; UNAVAILABLE: its key cannot be had */
    public IdentityAssertion verify(String assertion) throws IdentityException {
        SignedToken token = SignedToken.parse(assertion, FORM);
        JsonObject claims = JsonObject.parse(token.payload());
        if (claims == null) {
            throw FORM.invalid("has claims that are not a JSON object, or has one twice");
        }
        // Which keys to use stands in what they have signed: nothing else is believed before the signature is.
        Trusted trusted = issuers.get(String.valueOf(claims.string("iss")));
        if (trusted == null) {
            throw FORM.invalid("has an iss that is not trusted: " + Quoted.of(claims.string("iss")));
        }
        trusted.keys.requireSignature(token);
        checkAudience(claims);
        long expiresAt = checkTimes(claims);
        if (claims.has("authorization_details")) {
            throw FORM.invalid("has authorization_details, which we do not know");
        }
        if (claims.has("cnf") && claims.object("cnf") == null) {
            throw FORM.invalid("has a cnf that is not an object");
        }
        if (claims.has("scope") && claims.string("scope") == null) {
            throw FORM.invalid("has a scope that is not a text");
        }
        String clientId = text(claims, "client_id", 2_048);
        return new IdentityAssertion(
                identity(claims, trusted.issuer),
                trusted.issuer.clientIds().getOrDefault(clientId, clientId),
                text(claims, "jti", TEXT_CHARS_MAX),
                expiresAt + SKEW_SECONDS + 1,
                resources(claims),
                claims.string("scope"),
                claims.object("cnf"));
    }

    /** A text, or the one text of a list (O-170). */
    private void checkAudience(JsonObject claims) throws IdentityException {
        List<?> several = claims.array("aud");
        Object one = several != null && several.size() == 1 ? several.getFirst() : claims.string("aud");
        if (!audience.equals(one)) {
            throw FORM.invalid("has an aud other than " + audience + " alone");
        }
    }

    private static long seconds(JsonObject claims, String name) throws IdentityException {
        Double seconds = claims.numericDate(name);
        if (seconds == null) {
            throw FORM.invalid("has no " + name + " that is a time");
        }
        return (long) Math.ceil(seconds);
    }

    /** @return {@code exp} */
    private long checkTimes(JsonObject claims) throws IdentityException {
        long now = Math.floorDiv(clock.millis(), 1000L);
        long expiresAt = seconds(claims, "exp");
        long issuedAt = seconds(claims, "iat");
        if (expiresAt <= now - SKEW_SECONDS) {
            throw FORM.invalid("has expired (exp)");
        }
        if (issuedAt > now + SKEW_SECONDS) {
            throw FORM.invalid("was issued in the future (iat)");
        }
        if (expiresAt <= issuedAt || expiresAt - issuedAt > LIFE_SECONDS_MAX) {
            throw FORM.invalid("does not live for " + LIFE_SECONDS_MAX + " s at most (exp, iat)");
        }
        if (claims.has("nbf") && seconds(claims, "nbf") > now + SKEW_SECONDS) {
            throw FORM.invalid("is not valid yet (nbf)");
        }
        return expiresAt;
    }

    private static String text(JsonObject claims, String name, int charsMax) throws IdentityException {
        String text = claims.string(name);
        if (text == null || text.isEmpty() || text.length() > charsMax) {
            throw FORM.invalid("has no " + name + ", or one that is too long");
        }
        return text;
    }

    private static List<String> resources(JsonObject claims) throws IdentityException {
        String one = claims.string("resource");
        if (one != null) {
            return List.of(one);
        }
        List<?> several = claims.array("resource");
        if (several == null || several.isEmpty() || !several.stream().allMatch(String.class::isInstance)) {
            throw FORM.invalid("has no resource");
        }
        return several.stream().map(String.class::cast).toList();
    }

    private Identity identity(JsonObject claims, TrustedIssuer issuer) throws IdentityException {
        ClaimNames names = issuer.claims();
        var named = new HashMap<>(claims.members());
        rename(named, claims, names.email(), "email");
        rename(named, claims, names.name(), "name");
        rename(named, claims, names.groups(), "groups");
        return IdentityClaims.read(issuer.issuer(), text(claims, "sub", TEXT_CHARS_MAX), new JsonObject(named), wanted);
    }

    private static void rename(Map<String, Object> named, JsonObject claims, @Nullable String from, String to) {
        Object value = from == null ? null : claims.members().get(from);
        if (value == null) {
            named.remove(to);
        } else {
            named.put(to, value);
        }
    }
}
