package dev.portcullis.oauth.authorize;

import dev.portcullis.oauth.OAuthError;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the answers that travel through the browser to the client: RFC 6749 §4.1.2 with {@code iss} of RFC 9207, in success and in error (O-34, O-35). */
final class ClientReply {
    private final String issuer;

    /** @param issuer exactly the metadata's {@code issuer} */
    ClientReply(String issuer) {
        this.issuer = issuer;
    }

    String success(String redirectUri, String code, @Nullable String state) {
        return finished(parameter(start(redirectUri), "code", code), state);
    }

    String error(String redirectUri, OAuthError error, String description, @Nullable String state) {
        var location = parameter(start(redirectUri), "error", error.code());
        return finished(parameter(location, "error_description", description), state);
    }

    private static StringBuilder start(String redirectUri) {
        return new StringBuilder(redirectUri.length() + 256).append(redirectUri);
    }

    private String finished(StringBuilder location, @Nullable String state) {
        if (state != null) {
            parameter(location, "state", state);
        }
        return parameter(location, "iss", issuer).toString();
    }

    /** The redirect URI's own query stays (RFC 6749 §3.1.2); it has no fragment, by registration. */
    private static StringBuilder parameter(StringBuilder location, String name, String value) {
        int question = location.indexOf("?");
        if (question < 0) {
            location.append('?');
        } else if (question < location.length() - 1 && location.charAt(location.length() - 1) != '&') {
            location.append('&');
        }
        return location.append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
}
