package dev.portcullis.oauth.client;

import com.nimbusds.jose.JWSAlgorithm;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.JsonObject;
import dev.portcullis.identity.SignedToken;
import dev.portcullis.identity.VerificationKeys;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.client.ClientDocuments.KeysUnavailable;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.AuditEvent.What;
import dev.portcullis.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the JWTs by which clients authenticate ({@code private_key_jwt}; RFC 7523 §3, O-81): form and algorithm, signature, issuer and subject, audience, times, and
 * last that it was never shown before, here or on any other node (T-89). Any thread; blocks on the store and for keys.
 */
final class ClientAssertions {
    private static final Logger LOG = System.getLogger(ClientAssertions.class.getName());
    private static final SignedToken.Form FORM =
            new SignedToken.Form("the client assertion", "JWT", false, Set.of("RS256", "PS256", "ES256"));

    /** How far ahead an assertion may end, and how far clocks may differ. */
    private static final int LIFE_SECONDS_MAX = 300;

    private static final int SKEW_SECONDS = 60;
    private static final int ID_CHARS_MAX = 256;
    private static final int CHARS_MAX = 16 * 1024;

    private final Clients clients;
    private final Set<String> audiences;
    private final GrantStore store;
    private final Telemetry telemetry;

    ClientAssertions(Clients clients, OAuthSettings settings, GrantStore store, Telemetry telemetry) {
        this.clients = clients;
        String issuer = settings.issuer().toString();
        this.audiences = Set.of(issuer, issuer + "/token");
        this.store = store;
        this.telemetry = telemetry;
    }

    /** @return whose assertion it claims to be; null if it is none */
    static @Nullable String unverifiedSubject(String assertion) {
        String[] parts = assertion.length() > CHARS_MAX ? new String[0] : assertion.split("\\.", -1);
        if (parts.length != 3) {
            return null;
        }
        try {
            JsonObject claims = JsonObject.parse(Base64.getUrlDecoder().decode(parts[1]));
            return claims == null ? null : claims.string("sub");
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * @param client as the assertion names it
     * @return whether it proves that the client sent it; it proves nothing ever again
     * @throws OAuthException TEMPORARILY_UNAVAILABLE: the client's keys cannot be had now
     * @throws dev.portcullis.store.StoreException it cannot be told whether it was shown before
     */
    boolean prove(RegisteredClient client, String assertion, long nowSeconds) {
        try {
            JsonObject claims = verified(client, assertion, nowSeconds);
            checkParties(claims, client);
            double expires = checkTimes(claims, nowSeconds);
            return spend(client, id(claims), (long) Math.ceil(expires) + SKEW_SECONDS, nowSeconds);
        } catch (Flaw | IdentityException e) {
            LOG.log(Level.DEBUG, "a client did not authenticate: {0}", e.getMessage());
            return false;
        } catch (KeysUnavailable e) {
            throw new OAuthException(
                    OAuthError.TEMPORARILY_UNAVAILABLE, "the client's keys are unavailable, try again");
        }
    }

    private JsonObject verified(RegisteredClient client, String assertion, long nowSeconds)
            throws Flaw, IdentityException, KeysUnavailable {
        var token = SignedToken.parse(assertion, FORM);
        VerificationKeys keys = clients.keysOf(client, token.kid(), nowSeconds);
        if (keys == null || fitting(keys, token).stream().noneMatch(token::isSignedBy)) {
            throw new Flaw("it is not signed by a key of the client");
        }
        JsonObject claims = JsonObject.parse(token.payload());
        if (claims == null) {
            throw new Flaw("its claims are not a JSON object, or one stands there twice");
        }
        return claims;
    }

    private static List<PublicKey> fitting(VerificationKeys keys, SignedToken token) {
        String kid = token.kid();
        JWSAlgorithm algorithm = token.algorithm();
        return kid == null ? keys.fitting(algorithm) : keys.fitting(algorithm, kid);
    }

    private void checkParties(JsonObject claims, RegisteredClient client) throws Flaw {
        if (!client.id().equals(claims.string("iss")) || !client.id().equals(claims.string("sub"))) {
            throw new Flaw("its iss and sub are not the client");
        }
        String one = claims.string("aud");
        List<?> named = one == null ? claims.array("aud") : List.of(one);
        if (named == null
                || named.size() != 1
                || !(named.get(0) instanceof String audience)
                || !audiences.contains(audience)) {
            throw new Flaw("its aud is neither our issuer nor our token endpoint, alone");
        }
    }

    private static double checkTimes(JsonObject claims, long nowSeconds) throws Flaw {
        Double expires = claims.numericDate("exp");
        if (expires == null || expires <= nowSeconds - SKEW_SECONDS) {
            throw new Flaw("it has expired, or has no exp that is a time");
        }
        if (expires > nowSeconds + LIFE_SECONDS_MAX + SKEW_SECONDS) {
            throw new Flaw("it ends more than " + LIFE_SECONDS_MAX + " s ahead");
        }
        for (String name : List.of("iat", "nbf")) {
            Double from = claims.numericDate(name);
            if (claims.has(name) && (from == null || from > nowSeconds + SKEW_SECONDS)) {
                throw new Flaw("its " + name + " lies ahead, or is no time");
            }
        }
        return expires;
    }

    private static String id(JsonObject claims) throws Flaw {
        String id = claims.string("jti");
        if (id == null || id.isEmpty() || id.length() > ID_CHARS_MAX) {
            throw new Flaw("it has no jti of up to " + ID_CHARS_MAX + " characters");
        }
        return id;
    }

    private boolean spend(RegisteredClient client, String id, long untilSeconds, long nowSeconds) {
        var hash = TokenHash.of(("client-assertion\n" + client.id() + "\n" + id).getBytes(StandardCharsets.UTF_8));
        if (store.spendOnce(hash, untilSeconds, nowSeconds)) {
            return true;
        }
        LOG.log(Level.WARNING, "a client assertion was shown twice");
        telemetry.audit(
                AuditEvent.of(What.ASSERTION_REPLAYED).client(client.id()).failed("client assertion"));
        return false;
    }

    /** What is wrong with an assertion: for our log alone. */
    private static final class Flaw extends Exception {
        private static final long serialVersionUID = 1;

        Flaw(String what) {
            super(what, null, false, false);
        }
    }
}
