package dev.portcullis.oauth.client;

import dev.portcullis.oauth.FormParameters;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a request says it is from, and how it means to prove it (RFC 6749 §2.3, RFC 7521 §4.2; O-81). Proves nothing yet.
 *
 * @param proof secret or assertion; null for {@link AuthMethod#NONE}
 */
public record ClientCredentials(String clientId, @Nullable String proof, AuthMethod method) {
    private static final String BASIC = "Basic ";
    private static final String JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /**
     * @param authorization all values of the Authorization header
     * @throws OAuthException INVALID_REQUEST: two ways at once; INVALID_CLIENT: none, or one that cannot be read
     */
    public static ClientCredentials parse(FormParameters form, List<String> authorization) {
        if (authorization.size() > 1) {
            throw new OAuthException(OAuthError.INVALID_REQUEST, "the Authorization header is repeated");
        }
        String clientId = form.get("client_id");
        String secret = form.get("client_secret");
        boolean asserts = form.get("client_assertion") != null || form.get("client_assertion_type") != null;
        if ((authorization.isEmpty() ? 0 : 1) + (secret == null ? 0 : 1) + (asserts ? 1 : 0) > 1) {
            throw new OAuthException(OAuthError.INVALID_REQUEST, "a client authenticates in one way, not in two");
        }
        if (!authorization.isEmpty()) {
            ClientCredentials basic = parseBasic(authorization.get(0));
            requireSame(clientId, basic.clientId);
            return basic;
        }
        if (asserts) {
            return parseAssertion(form, clientId);
        }
        if (clientId == null) {
            throw new OAuthException(OAuthError.INVALID_CLIENT, "client_id is missing");
        }
        return new ClientCredentials(
                clientId, secret, secret == null ? AuthMethod.NONE : AuthMethod.CLIENT_SECRET_POST);
    }

    private static void requireSame(@Nullable String clientId, String authenticated) {
        if (clientId != null && !clientId.equals(authenticated)) {
            throw new OAuthException(
                    OAuthError.INVALID_REQUEST, "client_id is not the client that the request authenticates");
        }
    }

    /** The assertion says whose it is; a {@code client_id} beside it is not needed, and must agree (RFC 7521 §4.2). */
    private static ClientCredentials parseAssertion(FormParameters form, @Nullable String clientId) {
        String assertion = form.require("client_assertion");
        if (!form.require("client_assertion_type").equals(JWT_BEARER)) {
            throw new OAuthException(OAuthError.INVALID_CLIENT, "client_assertion_type must be " + JWT_BEARER);
        }
        String subject = ClientAssertions.unverifiedSubject(assertion);
        if (subject == null) {
            throw new OAuthException(OAuthError.INVALID_CLIENT, "the client assertion is malformed");
        }
        requireSame(clientId, subject);
        return new ClientCredentials(subject, assertion, AuthMethod.PRIVATE_KEY_JWT);
    }

    /** Whether a request tried Basic, and so is to be answered with a Basic challenge. */
    public static boolean triesBasic(List<String> authorization) {
        return authorization.stream().anyMatch(value -> value.regionMatches(true, 0, BASIC, 0, BASIC.length()));
    }

    /** Id and secret are form-encoded before they are joined and put into base64 (RFC 6749 §2.3.1). */
    private static ClientCredentials parseBasic(String header) {
        if (!header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            throw new OAuthException(OAuthError.INVALID_CLIENT, "the Authorization header must be of the Basic scheme");
        }
        try {
            byte[] decoded =
                    Base64.getDecoder().decode(header.substring(BASIC.length()).strip());
            String pair = new String(decoded, StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon > 0) {
                return new ClientCredentials(
                        URLDecoder.decode(pair.substring(0, colon), StandardCharsets.UTF_8),
                        URLDecoder.decode(pair.substring(colon + 1), StandardCharsets.UTF_8),
                        AuthMethod.CLIENT_SECRET_BASIC);
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new OAuthException(OAuthError.INVALID_CLIENT, "the Basic credentials are malformed");
    }

    @Override
    public String toString() {
        return "ClientCredentials[" + method + "]";
    }
}
