package dev.portcullis.http;

import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthSettings.Dpop;
import dev.portcullis.oauth.dpop.DpopProofs;
import dev.portcullis.oauth.metadata.MetadataUrls;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * How a request is refused for want of a good token (RFC 6750 §3, RFC 9728 §5.1; O-20…O-29). Immutable, made once per resource but for
 * {@link Resource#insufficientScope}.
 *
 * @param status 400, 401 or 403
 * @param wwwAuthenticate value of the {@code WWW-Authenticate} header
 * @param alternative value of a second such header, for clients that can prove to hold a key (RFC 9449 §7.1); null for none
 * @param json the body; empty for the bare 401 (O-23)
 */
public record BearerChallenge(
        HttpResponseStatus status,
        String wwwAuthenticate,
        @Nullable String alternative,
        String json) {
    /** @return the whole answer; {@code no-store} (O-29), with a body of its own */
    public Reply toReply() {
        Reply bare = json.isEmpty()
                ? Reply.empty(status).with("cache-control", "no-store").with("x-content-type-options", "nosniff")
                : Reply.json(status, json);
        Reply challenged = bare.with("www-authenticate", wwwAuthenticate);
        return alternative == null ? challenged : challenged.with("www-authenticate", alternative);
    }

    /** The challenges of one resource. Immutable; any thread. */
    public static final class Resource {
        private static final String ALGORITHMS = "algs=\"" + String.join(" ", DpopProofs.ALGORITHMS) + "\"";
        private static final String INVALID_TOKEN = "invalid_token";
        private static final String INVALID_TOKEN_WORDS =
                "The access token is unknown, expired, revoked or for another resource";

        private final String metadataUrl;
        private final Scopes scopes;
        private final Dpop dpop;
        private final BearerChallenge noToken;
        private final BearerChallenge invalidToken;
        private final BearerChallenge invalidRequest;
        private final BearerChallenge invalidBoundToken;

        /** Of a resource that knows bearer tokens only. */
        public Resource(String resource, Scopes scopes) {
            this(resource, scopes, Dpop.OFF);
        }

        /**
         * @param resource the exact resource, e.g. {@code https://mcp.example.com/mcp}; its metadata document is named from it, never from a request (O-2)
         * @param scopes the least that a client should ask for
         * @param dpop whether proofs of possession are taken, or wanted from everybody
         */
        public Resource(String resource, Scopes scopes, Dpop dpop) {
            metadataUrl = MetadataUrls.protectedResourceUrl(resource);
            this.scopes = scopes;
            this.dpop = dpop;
            noToken = challenge(HttpResponseStatus.UNAUTHORIZED, metadata() + scopeAttribute(scopes), "");
            invalidToken = refused(HttpResponseStatus.UNAUTHORIZED, INVALID_TOKEN, INVALID_TOKEN_WORDS, scopes);
            invalidRequest = refused(
                    HttpResponseStatus.BAD_REQUEST,
                    "invalid_request",
                    "Credentials belong in one Authorization header and nowhere else",
                    scopes);
            invalidBoundToken = invalidProof(INVALID_TOKEN, INVALID_TOKEN_WORDS);
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

        /** The same as {@link #invalidToken} to a client that used the scheme DPoP. */
        BearerChallenge invalidBoundToken() {
            return invalidBoundToken;
        }

        /**
         * A proof of possession that does not hold (RFC 9449 §7.1; O-160).
         *
         * @param description quoted as it is: no {@code "} and no {@code \}
         */
        BearerChallenge invalidProof(String error, String description) {
            return new BearerChallenge(
                    HttpResponseStatus.UNAUTHORIZED,
                    dpop(errorAttributes(error, description) + metadata() + scopeAttribute(scopes)),
                    null,
                    json(error, description));
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

        private BearerChallenge refused(HttpResponseStatus status, String error, String description, Scopes wanted) {
            String attributes = errorAttributes(error, description) + metadata() + scopeAttribute(wanted);
            return challenge(status, attributes, json(error, description));
        }

        /** For bearers, for holders of keys, or for both. */
        private BearerChallenge challenge(HttpResponseStatus status, String attributes, String json) {
            return switch (dpop) {
                case OFF -> new BearerChallenge(status, "Bearer " + attributes, null, json);
                case ON -> new BearerChallenge(status, "Bearer " + attributes, dpop(attributes), json);
                case REQUIRED -> new BearerChallenge(status, dpop(attributes), null, json);
            };
        }

        private static String dpop(String attributes) {
            return "DPoP " + attributes + ", " + ALGORITHMS;
        }

        private static String errorAttributes(String error, String description) {
            return "error=\"" + error + "\", error_description=\"" + description + "\", ";
        }

        private static String json(String error, String description) {
            return "{\"error\":\"" + error + "\",\"error_description\":\"" + description + "\"}";
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
