package dev.portcullis.oauth;

/** The error codes of OAuth, each with the status that the token endpoint and its neighbours give it (O §12). */
public enum OAuthError {
    /** RFC 6749 §5.2. */
    INVALID_REQUEST("invalid_request", 400),
    /** RFC 6749 §5.2; 401 always (O-81). */
    INVALID_CLIENT("invalid_client", 401),
    /** RFC 6749 §5.2. */
    INVALID_GRANT("invalid_grant", 400),
    /** RFC 6749 §5.2. */
    UNAUTHORIZED_CLIENT("unauthorized_client", 400),
    /** RFC 6749 §5.2. */
    UNSUPPORTED_GRANT_TYPE("unsupported_grant_type", 400),
    /** RFC 6749 §5.2. */
    INVALID_SCOPE("invalid_scope", 400),
    /** RFC 8707 §2. */
    INVALID_TARGET("invalid_target", 400),
    /** RFC 6749 §4.1.2.1. */
    UNSUPPORTED_RESPONSE_TYPE("unsupported_response_type", 400),
    /** RFC 6749 §4.1.2.1. */
    ACCESS_DENIED("access_denied", 403),
    /** RFC 6749 §4.1.2.1. */
    SERVER_ERROR("server_error", 500),
    /** RFC 6749 §4.1.2.1; at the token endpoint: an outage (O-84). */
    TEMPORARILY_UNAVAILABLE("temporarily_unavailable", 503),
    /** As TEMPORARILY_UNAVAILABLE, to a caller who tried too often (O-84). */
    TOO_MANY_ATTEMPTS("temporarily_unavailable", 429),
    /** RFC 9449 §5; at a resource 401 (RFC 9449 §7.1). */
    INVALID_DPOP_PROOF("invalid_dpop_proof", 400),
    /** RFC 9449 §8; at a resource 401 (RFC 9449 §9). */
    USE_DPOP_NONCE("use_dpop_nonce", 400),
    /** OpenID Connect Core §6.1. */
    REQUEST_NOT_SUPPORTED("request_not_supported", 400),
    /** OpenID Connect Core §6.2. */
    REQUEST_URI_NOT_SUPPORTED("request_uri_not_supported", 400),
    /** OpenID Connect Core §3.1.2.6. */
    CONSENT_REQUIRED("consent_required", 400),
    /** OpenID Connect Core §3.1.2.6. */
    LOGIN_REQUIRED("login_required", 400),
    /** RFC 7591 §3.2.2. */
    INVALID_REDIRECT_URI("invalid_redirect_uri", 400),
    /** RFC 7591 §3.2.2. */
    INVALID_CLIENT_METADATA("invalid_client_metadata", 400),
    /** RFC 6750 §3.1. */
    INVALID_TOKEN("invalid_token", 401),
    /** RFC 6750 §3.1. */
    INSUFFICIENT_SCOPE("insufficient_scope", 403);

    private final String code;
    private final int status;

    OAuthError(String code, int status) {
        this.code = code;
        this.status = status;
    }

    /** @return the {@code error} value on the wire */
    public String code() {
        return code;
    }

    /** @return HTTP status where the error is the answer itself and not a redirect */
    public int status() {
        return status;
    }
}
