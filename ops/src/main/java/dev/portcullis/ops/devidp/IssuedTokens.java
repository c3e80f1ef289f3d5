package dev.portcullis.ops.devidp;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.time.InstantSource;
import java.util.LinkedHashMap;
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
    private final InstantSource clock;
    private final OneTimeTable<Approved> codes;
    private final OneTimeTable<Person> accessTokens;
    private final RefreshTokens refreshTokens;

    /** Somebody signed in, and their code is on its way. */
    record Approved(AuthorizationRequest request, Person person) {}

    IssuedTokens(DevIdpSettings settings, String issuer, SigningKeys keys, InstantSource clock) {
        this.settings = settings;
        this.issuer = issuer;
        this.keys = keys;
        this.clock = clock;
        this.codes = new OneTimeTable<>(ENTRIES_MAX, CODE_SECONDS, clock);
        this.accessTokens = new OneTimeTable<>(ENTRIES_MAX, ACCESS_SECONDS, clock);
        this.refreshTokens = new RefreshTokens(settings.clientSecret(), clock);
    }

    String newCode(AuthorizationRequest request, Person person) {
        return codes.put(new Approved(request, person));
    }

    @Nullable
    Approved takeCode(String code) {
        return codes.take(code);
    }

    @Nullable
    Person spendRefreshToken(String token) {
        return refreshTokens.spend(token);
    }

    @Nullable
    Person personOf(String accessToken) {
        return accessTokens.find(accessToken);
    }

    /** A token response (OpenID Connect Core §3.1.3.3). */
    Map<String, Object> tokensFor(Person person, @Nullable String nonce) {
        var answer = new LinkedHashMap<String, Object>();
        answer.put("access_token", accessTokens.put(person));
        answer.put("token_type", "Bearer");
        answer.put("expires_in", ACCESS_SECONDS);
        answer.put("id_token", keys.sign(JSONObjectUtils.toJSONString(idClaims(person, nonce))));
        answer.put("refresh_token", refreshTokens.issue(person));
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
        return claims;
    }

    static Map<String, Object> claimsOf(Person person) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("sub", person.subject());
        claims.put("email", person.email());
        claims.put("name", person.name());
        claims.put("groups", person.groups());
        return claims;
    }
}
