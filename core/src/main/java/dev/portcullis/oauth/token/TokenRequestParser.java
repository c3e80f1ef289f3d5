package dev.portcullis.oauth.token;

import dev.portcullis.oauth.FormParameters;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings.Offered;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Form → {@link TokenRequest} (O-80, O-82). A grant type that is added later has its case here and its flow in {@link TokenService}. */
final class TokenRequestParser {
    /** The one kind of token that is exchanged, and for which it is (RFC 8693 §3). */
    static final String ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token";

    private final Offered offered;

    /** @param offered a grant type that is off is as unknown as any other (O-82) */
    TokenRequestParser(Offered offered) {
        this.offered = offered;
    }

    /**
     * @throws OAuthException INVALID_REQUEST: something is missing; UNSUPPORTED_GRANT_TYPE
     */
    TokenRequest parse(FormParameters form) {
        String grantType = form.require("grant_type");
        if (!isOffered(grantType)) {
            throw new OAuthException(
                    OAuthError.UNSUPPORTED_GRANT_TYPE,
                    "grant_type must be one of grant_types_supported in the metadata of this server");
        }
        return switch (grantType) {
            case TokenRequest.AUTHORIZATION_CODE ->
                new TokenRequest.CodeExchange(
                        form.require("code"),
                        form.get("redirect_uri"),
                        form.require("code_verifier"),
                        form.get("scope"),
                        form.all("resource"));
            case TokenRequest.REFRESH_TOKEN ->
                new TokenRequest.Refresh(form.require("refresh_token"), form.get("scope"), form.all("resource"));
            case TokenRequest.TOKEN_EXCHANGE -> parseExchange(form);
            case TokenRequest.JWT_BEARER ->
                new TokenRequest.AssertionGrant(form.require("assertion"), form.get("scope"), form.all("resource"));
            case TokenRequest.CLIENT_CREDENTIALS -> new TokenRequest.OwnAccess(form.get("scope"), form.all("resource"));
            default -> throw new IllegalStateException("a grant type that is offered has no case here");
        };
    }

    private boolean isOffered(String grantType) {
        return switch (grantType) {
            case TokenRequest.AUTHORIZATION_CODE, TokenRequest.REFRESH_TOKEN -> true;
            case TokenRequest.TOKEN_EXCHANGE -> offered.tokenExchange();
            case TokenRequest.JWT_BEARER -> offered.assertionGrant();
            case TokenRequest.CLIENT_CREDENTIALS -> offered.clientCredentials();
            default -> false;
        };
    }

    /** Access tokens only, and nobody who acts for the subject (O-165). */
    private static TokenRequest parseExchange(FormParameters form) {
        String subjectToken = form.require("subject_token");
        checkTokenType("subject_token_type", form.require("subject_token_type"));
        checkTokenType("requested_token_type", form.get("requested_token_type"));
        if (form.get("actor_token") != null || form.get("actor_token_type") != null) {
            throw new OAuthException(OAuthError.INVALID_REQUEST, "actor_token is not supported");
        }
        List<String> targets = Stream.concat(form.all("resource").stream(), form.all("audience").stream())
                .toList();
        return new TokenRequest.TokenExchange(subjectToken, form.get("scope"), targets);
    }

    private static void checkTokenType(String name, @Nullable String type) {
        if (type != null && !type.equals(ACCESS_TOKEN_TYPE)) {
            throw new OAuthException(OAuthError.INVALID_REQUEST, name + " must be " + ACCESS_TOKEN_TYPE);
        }
    }
}
