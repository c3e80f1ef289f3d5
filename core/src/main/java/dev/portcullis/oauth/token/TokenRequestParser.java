package dev.portcullis.oauth.token;

import dev.portcullis.oauth.FormParameters;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;

/** Form → {@link TokenRequest} (O-80, O-82). A grant type that is added later has its case here and its flow in {@link TokenService}. */
final class TokenRequestParser {
    private TokenRequestParser() {}

    /**
     * @throws OAuthException INVALID_REQUEST: something is missing; UNSUPPORTED_GRANT_TYPE
     */
    static TokenRequest parse(FormParameters form) {
        return switch (form.require("grant_type")) {
            case TokenRequest.AUTHORIZATION_CODE ->
                new TokenRequest.CodeExchange(
                        form.require("code"),
                        form.get("redirect_uri"),
                        form.require("code_verifier"),
                        form.get("scope"),
                        form.all("resource"));
            case TokenRequest.REFRESH_TOKEN ->
                new TokenRequest.Refresh(form.require("refresh_token"), form.get("scope"), form.all("resource"));
            default ->
                throw new OAuthException(
                        OAuthError.UNSUPPORTED_GRANT_TYPE, "grant_type must be authorization_code or refresh_token");
        };
    }
}
