package dev.portcullis.oauth.dpop;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The address a proof is for, in the one form in which two of them are compared (RFC 9449 §4.3, RFC 3986 §6.2.2, §6.2.3). */
final class TargetUri {
    private static final int CHARS_MAX = 2_048;

    private TargetUri() {}

    /**
     * Without query and fragment, scheme and host in lower case, without a default port, an empty path as {@code /}, and no slash behind any other path: our routes
     * have none (H-7).
     *
     * @return null if it is no absolute http(s) URI of a host
     */
    static @Nullable String canonical(@Nullable String text) {
        if (text == null || text.length() > CHARS_MAX) {
            return null;
        }
        URI uri;
        try {
            uri = new URI(text).normalize();
        } catch (URISyntaxException e) {
            return null;
        }
        if (uri.getScheme() == null || uri.getHost() == null || uri.getRawUserInfo() != null) {
            return null;
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            return null;
        }
        boolean isDefaultPort = uri.getPort() == (scheme.equals("https") ? 443 : 80);
        String port = uri.getPort() < 0 || isDefaultPort ? "" : ":" + uri.getPort();
        return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port + path(uri.getRawPath());
    }

    private static String path(@Nullable String path) {
        if (path == null || path.isEmpty()) {
            return "/";
        }
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
