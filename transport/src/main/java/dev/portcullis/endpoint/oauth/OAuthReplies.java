package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.Reply;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import io.netty.handler.codec.http.HttpResponseStatus;

/** The JSON answers of OAuth endpoints that are errors: the one place where exceptions become statuses (O-7, O-84, O §12). */
public final class OAuthReplies {
    /** Seconds after which a client may ask again what could not be answered. */
    private static final String RETRY_AFTER_SECONDS = "5";

    private static final int DESCRIPTION_CHARS_MAX = 200;

    private OAuthReplies() {}

    /** @return status, {@code error} and {@code error_description} of what the protocol refuses */
    public static Reply of(OAuthException refusal) {
        if (refusal.retryAfterSeconds() > 0) {
            return error(refusal.error(), refusal.description())
                    .with("retry-after", Integer.toString(refusal.retryAfterSeconds()));
        }
        if (refusal.error() == OAuthError.TEMPORARILY_UNAVAILABLE) {
            return unavailable(refusal.description());
        }
        return error(refusal.error(), refusal.description());
    }

    /** An outage: 503 and {@code Retry-After}, never {@code invalid_grant}, which would cost the client its grant (O-84). */
    public static Reply unavailable() {
        return unavailable("the server cannot answer now, ask again");
    }

    private static Reply unavailable(String description) {
        return error(OAuthError.TEMPORARILY_UNAVAILABLE, description).with("retry-after", RETRY_AFTER_SECONDS);
    }

    /** A bug of ours; no detail leaves the house (T-115). */
    public static Reply internalError() {
        return error(OAuthError.SERVER_ERROR, "the server failed");
    }

    /** @param description shortened, and cleaned of what RFC 6749 §5.2 does not allow */
    public static Reply error(OAuthError error, String description) {
        String json = "{\"error\":\"" + error.code() + "\",\"error_description\":\"" + clean(description) + "\"}";
        return Reply.json(HttpResponseStatus.valueOf(error.status()), json)
                .with("pragma", "no-cache")
                .with("referrer-policy", "no-referrer");
    }

    private static String clean(String description) {
        var clean = new StringBuilder(description.length());
        for (int i = 0; i < Math.min(description.length(), DESCRIPTION_CHARS_MAX); i++) {
            char c = description.charAt(i);
            clean.append(c < 0x20 || c > 0x7E || c == '"' || c == '\\' ? '\'' : c);
        }
        return clean.toString();
    }
}
