package dev.portcullis.ops.devidp;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.portcullis.ops.devidp.Switches.RefreshTokenUse;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the stand-in gave out: codes, access tokens and refresh tokens. Any thread. */
final class IssuedTokens {
    private static final int ENTRIES_MAX = 10_000;
    private static final int CODE_SECONDS = 60;
    private static final int ACCESS_SECONDS = 900;
    private static final int ID_SECONDS = 300;

    private final DevIdpSettings settings;
    private final String issuer;
    private final SigningKeys keys;
    private final Switches switches;
    private final Directory directory;
    private final InstantSource clock;
    private final OneTimeTable<Approved> codes;
    private final OneTimeTable<Person> accessTokens;
    private final RefreshTokens refreshTokens;

    /** Somebody signed in, and their code is on its way. */
    record Approved(AuthorizationRequest request, Person person) {}

    IssuedTokens(
            DevIdpSettings settings,
            String issuer,
            SigningKeys keys,
            Switches switches,
            Directory directory,
            InstantSource clock) {
        this.settings = settings;
        this.issuer = issuer;
        this.keys = keys;
        this.switches = switches;
        this.directory = directory;
        this.clock = clock;
        this.codes = new OneTimeTable<>(ENTRIES_MAX, CODE_SECONDS, clock);
        this.accessTokens = new OneTimeTable<>(ENTRIES_MAX, ACCESS_SECONDS, clock);
        this.refreshTokens = new RefreshTokens(settings.clientSecret(), settings.earlierSecrets(), clock);
    }

    String newCode(AuthorizationRequest request, Person person) {
        return codes.put(new Approved(request, person));
    }

    @Nullable
    Approved takeCode(String code) {
        return codes.take(code);
    }

    /** Uses a refresh token, up if they are rotated. @return whose it is; null if it is not good */
    @Nullable
    Person spendRefreshToken(String token) {
        return switches.state().refreshTokens() == RefreshTokenUse.KEPT
                ? refreshTokens.find(token)
                : refreshTokens.spend(token);
    }

    /** Whether a person is in the company's directory. */
    boolean isThere(Person person) {
        return directory.now(person) != null;
    }

    @Nullable
    Person personOf(String accessToken) {
        return accessTokens.find(accessToken);
    }

    /**
     * A token response (OpenID Connect Core §3.1.3.3).
     *
     * @param refreshToken the one that was sent; null at a sign-in
     */
    Map<String, Object> tokensFor(Person person, @Nullable String nonce, @Nullable String refreshToken) {
        var answer = new LinkedHashMap<String, Object>();
        answer.put("access_token", accessTokens.put(person));
        answer.put("token_type", "Bearer");
        answer.put("expires_in", ACCESS_SECONDS);
        answer.put("id_token", keys.sign(JSONObjectUtils.toJSONString(idClaims(person, nonce))));
        switch (switches.state().refreshTokens()) {
            case ROTATED -> answer.put("refresh_token", refreshTokens.issue(person));
            case KEPT -> answer.put("refresh_token", refreshToken == null ? refreshTokens.issue(person) : refreshToken);
            case NONE -> {}
        }
        return answer;
    }

    private Map<String, Object> idClaims(Person person, @Nullable String nonce) {
        long now = Math.floorDiv(clock.millis(), 1000L);
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iss", issuer);
        claims.put("aud", settings.clientId());
        claims.put("iat", now);
        claims.put("exp", now + ID_SECONDS);
        if (nonce != null) {
            claims.put("nonce", nonce);
        }
        claims.putAll(claimsOf(person));
        switch (switches.state().claims()) {
            case TRUE -> {}
            case OTHER_ISSUER -> claims.put("iss", issuer + "-other");
            case OTHER_AUDIENCE -> claims.put("aud", settings.clientId() + "-other");
            case OTHER_SUBJECT -> claims.put("sub", new Person(person.email() + ".other", "", List.of()).subject());
            case OTHER_NONCE -> claims.put("nonce", "of-another-sign-in");
            case EXPIRED -> claims.put("exp", now - ID_SECONDS);
        }
        return claims;
    }

    Map<String, Object> claimsOf(Person person) {
        Person now = directory.now(person);
        Person told = now == null ? person : now;
        var claims = new LinkedHashMap<String, Object>();
        claims.put("sub", person.subject());
        claims.put("email", told.email());
        claims.put("name", told.name());
        claims.put("groups", told.groups());
        return claims;
    }
}
