package dev.portcullis.ops.devidp;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checked authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3).
 *
 * @param nonce null if none was sent
 */
record AuthorizationRequest(
        String redirectUri, String state, @Nullable String nonce, String challenge, List<String> scopes) {
    private static final int CHARS_MAX = 1_024;

    /** What a request is. */
    sealed interface Result {
        /** It holds. */
        record Valid(AuthorizationRequest request) implements Result {}

        /** The client is told by redirect (RFC 6749 §4.1.2.1). */
        record Refused(String location) implements Result {}

        /** Client or redirect URI are wrong: the person is told, nobody is redirected. */
        record Untrusted(String what) implements Result {}
    }

    static Result check(@Nullable Form query, DevIdpSettings settings, String issuer) {
        if (query == null) {
            return new Result.Untrusted("The request has a parameter twice, or cannot be read.");
        }
        if (!query.get("client_id").equals(settings.clientId())) {
            return new Result.Untrusted("The client_id is not " + settings.clientId() + ".");
        }
        String redirectUri = query.get("redirect_uri");
        if (settings.redirectUris().stream().noneMatch(uri -> uri.toString().equals(redirectUri))) {
            return new Result.Untrusted("The redirect_uri is none of those registered: " + settings.redirectUris());
        }
        String error = errorOf(query);
        if (error != null) {
            return new Result.Refused(location(redirectUri, "error=" + error, query.get("state"), issuer));
        }
        String nonce = query.get("nonce").isEmpty() ? null : query.get("nonce");
        return new Result.Valid(new AuthorizationRequest(
                redirectUri,
                query.get("state"),
                nonce,
                query.get("code_challenge"),
                List.of(query.get("scope").split(" ", 32))));
    }

    private static @Nullable String errorOf(Form query) {
        if (!query.get("response_type").equals("code")) {
            return "unsupported_response_type";
        }
        if (!List.of(query.get("scope").split(" ", 32)).contains("openid")) {
            return "invalid_scope";
        }
        boolean pkce = query.get("code_challenge_method").equals("S256")
                && query.get("code_challenge").matches("[A-Za-z0-9_-]{43}");
        boolean bounded =
                query.get("state").length() <= CHARS_MAX && query.get("nonce").length() <= CHARS_MAX;
        return pkce && bounded ? null : "invalid_request";
    }

    String locationWithCode(String code, String issuer) {
        return location(redirectUri, "code=" + code, state, issuer);
    }

    String locationWithError(String error, String issuer) {
        return location(redirectUri, "error=" + error, state, issuer);
    }

    /** {@code iss} is RFC 9207's. */
    private static String location(String redirectUri, String answer, String state, String issuer) {
        String query = answer + (state.isEmpty() ? "" : "&state=" + encode(state)) + "&iss=" + encode(issuer);
        return redirectUri + (redirectUri.indexOf('?') < 0 ? "?" : "&") + query;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
