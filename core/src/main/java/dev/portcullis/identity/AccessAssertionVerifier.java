package dev.portcullis.identity;

import dev.portcullis.fetch.DocumentFetcher;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * Checks what Cloudflare Access says of a request that it let through to a self-hosted application (O-153): a JWT of the team, which is not the issuer of any SaaS
 * application. Form, algorithm, key, signature, then the claims; the first check that fails ends it. Any thread; blocks when keys must be fetched.
 */
public final class AccessAssertionVerifier {
    private static final SignedToken.Form FORM = new SignedToken.Form("the assertion", "JWT", false, Set.of("RS256"));
    private static final int NAME_CHARS_MAX = 255;

    private final Team team;
    private final KeySource keys;
    private final InstantSource clock;

    /**
     * Whose word counts.
     *
     * @param origin {@code https://<team>.cloudflareaccess.com}: the issuer, compared as a string
     * @param audiences the AUD tags of our applications
     * @param serviceTokens whether programs may come in by service tokens
     * @param claims further claims to keep, since rules name them
     * @param clockSkewSeconds how far its clock and ours may differ
     */
    public record Team(
            URI origin, Set<String> audiences, boolean serviceTokens, Set<String> claims, int clockSkewSeconds) {
        public Team {
            audiences = Set.copyOf(audiences);
            claims = Set.copyOf(claims);
        }

        /** @return where its keys are */
        URI keys() {
            return URI.create(origin + "/cdn-cgi/access/certs");
        }

        /** Programs are nobody of those who sign in: their names are of an issuer of their own. */
        String issuerOfServices() {
            return origin + "#service-token";
        }
    }

    /**
     * Whom Access vouches for.
     *
     * @param isService whether it is a program with a service token; then the subject is the token's client id
     * @param expiresAt Unix seconds
     */
    public record Asserted(Identity identity, boolean isService, long expiresAt) {}

    /** @param fetcher for its keys; closing it ends that */
    public AccessAssertionVerifier(Team team, DocumentFetcher fetcher, InstantSource clock) {
        this.team = team;
        this.keys = KeySource.at(FORM.name(), team.keys(), KeySource.LIVES, fetcher, clock);
        this.clock = clock;
    }

    /** @throws IdentityException INVALID: it does not hold; UNAVAILABLE: its key cannot be had */
    public Asserted verify(String assertion) throws IdentityException {
        var token = SignedToken.parse(assertion, FORM);
        keys.requireSignature(token);
        var claims = JsonObject.parse(token.payload());
        if (claims == null) {
            throw invalid("has claims that are not a JSON object, or has one twice");
        }
        checkIssuer(claims);
        checkAudience(claims);
        if (!"app".equals(claims.string("type"))) {
            throw invalid("has the type " + Quoted.of(claims.string("type")) + ", expected app");
        }
        long expiresAt = checkTimes(claims);
        String subject = claims.string("sub");
        if (subject == null) {
            throw invalid("has no sub");
        }
        if (!subject.isEmpty()) {
            requireShort("sub", subject);
            var identity = IdentityClaims.read(team.origin().toString(), subject, claims, team.claims());
            return new Asserted(identity, false, expiresAt);
        }
        return new Asserted(service(claims), true, expiresAt);
    }

    private void checkIssuer(JsonObject claims) throws IdentityException {
        if (!team.origin().toString().equals(claims.string("iss"))) {
            throw invalid("has the iss " + Quoted.of(claims.string("iss")) + ", expected " + team.origin());
        }
    }

    private void checkAudience(JsonObject claims) throws IdentityException {
        String one = claims.string("aud");
        List<?> audiences = one == null ? claims.array("aud") : List.of(one);
        if (audiences == null || audiences.stream().noneMatch(team.audiences()::contains)) {
            throw invalid("has an aud that is none of our applications");
        }
    }

    /** @return when it ends */
    private long checkTimes(JsonObject claims) throws IdentityException {
        double now = clock.millis() / 1000.0;
        double skew = team.clockSkewSeconds();
        double expires = requireTime(claims, "exp");
        if (expires <= now) { // ours to honour to the second: nothing that it opened may outlive it
            throw invalid("has expired (exp)");
        }
        if (requireTime(claims, "iat") > now + skew) {
            throw invalid("was issued in the future (iat)");
        }
        if (claims.has("nbf") && requireTime(claims, "nbf") > now + skew) {
            throw invalid("is not valid yet (nbf)");
        }
        return (long) expires;
    }

    private static double requireTime(JsonObject claims, String name) throws IdentityException {
        Double seconds = claims.numericDate(name);
        if (seconds == null) {
            throw invalid("has no " + name + " that is a time");
        }
        return seconds;
    }

    private Identity service(JsonObject claims) throws IdentityException {
        String name = claims.string("common_name");
        if (name == null || name.isEmpty()) {
            throw invalid("has an empty sub, and no common_name");
        }
        requireShort("common_name", name);
        if (!team.serviceTokens()) {
            throw invalid("is a service token's, and these are not let in");
        }
        return new Identity(team.issuerOfServices(), name, null, null, List.of());
    }

    private static void requireShort(String claim, String value) throws IdentityException {
        if (value.length() > NAME_CHARS_MAX) {
            throw invalid("has a " + claim + " of more than " + NAME_CHARS_MAX + " characters");
        }
    }

    private static IdentityException invalid(String what) {
        return FORM.invalid(what);
    }
}
