package dev.portcullis.http;

import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.metadata.MetadataUrls;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * How a request is refused for want of a good token (RFC 6750 §3, RFC 9728 §5.1; O-20…O-29). Immutable, made once per resource but for
 * {@link Resource#insufficientScope}.
 *
 * @param status 400, 401 or 403
 * @param wwwAuthenticate value of the {@code WWW-Authenticate} header
 * @param json the body; empty for the bare 401 (O-23)
 */
public record BearerChallenge(HttpResponseStatus status, String wwwAuthenticate, String json) {
    /** @return the whole answer; {@code no-store} (O-29), with a body of its own */
    public Reply toReply() {
        Reply bare = json.isEmpty()
                ? Reply.empty(status).with("cache-control", "no-store").with("x-content-type-options", "nosniff")
                : Reply.json(status, json);
        return bare.with("www-authenticate", wwwAuthenticate);
    }

    /** The challenges of one resource. Immutable; any thread. */
    public static final class Resource {
        private final String metadataUrl;
        private final BearerChallenge noToken;
        private final BearerChallenge invalidToken;
        private final BearerChallenge invalidRequest;

        /**
         * @param resource the exact resource, e.g. {@code https://mcp.example.com/mcp}; its metadata document is named from it, never from a request (O-2)
         * @param scopes the least that a client should ask for
         */
        public Resource(String resource, Scopes scopes) {
            metadataUrl = MetadataUrls.protectedResourceUrl(resource);
            noToken = new BearerChallenge(
                    HttpResponseStatus.UNAUTHORIZED, "Bearer " + metadata() + scopeAttribute(scopes), "");
            invalidToken = refused(
                    HttpResponseStatus.UNAUTHORIZED,
                    "invalid_token",
                    "The access token is unknown, expired, revoked or for another resource",
                    scopes);
            invalidRequest = refused(
                    HttpResponseStatus.BAD_REQUEST,
                    "invalid_request",
                    "Credentials belong in one Authorization header and nowhere else",
                    scopes);
        }

        /** Nothing was sent, or another scheme: no {@code error} (O-21). */
        public BearerChallenge noToken() {
            return noToken;
        }

        /** One text for all causes (O-22). */
        public BearerChallenge invalidToken() {
            return invalidToken;
        }

        /** Two credentials at once (O-20). */
        public BearerChallenge invalidRequest() {
            return invalidRequest;
        }

        /**
         * A good token that does not reach (O-23).
         *
         * @param needed all scopes that the operation needs
         */
        public BearerChallenge insufficientScope(Scopes needed) {
            return refused(
                    HttpResponseStatus.FORBIDDEN,
                    "insufficient_scope",
                    "The access token lacks a scope that this operation needs",
                    needed);
        }

        private BearerChallenge refused(HttpResponseStatus status, String error, String description, Scopes scopes) {
            String value = "Bearer error=\"" + error + "\", error_description=\"" + description + "\", " + metadata()
                    + scopeAttribute(scopes);
            String json = "{\"error\":\"" + error + "\",\"error_description\":\"" + description + "\"}";
            return new BearerChallenge(status, value, json);
        }

        private String metadata() {
            return "resource_metadata=\"" + metadataUrl + "\"";
        }

        /** Scopes have no character that a quoted-string would need to escape (RFC 6749 §3.3). */
        private static String scopeAttribute(Scopes scopes) {
            return scopes.isEmpty() ? "" : ", scope=\"" + scopes + "\"";
        }
    }
}
