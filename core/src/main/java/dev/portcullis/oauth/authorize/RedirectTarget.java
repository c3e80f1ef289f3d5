package dev.portcullis.oauth.authorize;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a client wants its answer, taken apart for people and for rules.
 *
 * @param uri exactly as requested
 * @param kind what can be said of who receives it
 * @param host the host (ASCII: names of other scripts are in punycode, T-57); for a custom scheme, the scheme
 * @param origin scheme, host and port; for a custom scheme, the scheme and a colon
 */
public record RedirectTarget(String uri, Kind kind, String host, String origin) {
    /** Never sent to, even if a registration should hold one (O-51): a second lock on the door. */
    private static final Set<String> FORBIDDEN_SCHEMES = Set.of(
            "javascript",
            "data",
            "vbscript",
            "file",
            "about",
            "blob",
            "mailto",
            "ws",
            "wss",
            "ftp",
            "view-source",
            "filesystem");

    /** Who may be at the other end. */
    public enum Kind {
        /** Whoever has the certificate for the host. */
        HTTPS,
        /** Any program on the person's own machine. */
        LOOPBACK,
        /** Whichever program on the person's machine claims the scheme. */
        CUSTOM_SCHEME
    }

    /** @return null if no browser should be sent there */
    public static @Nullable RedirectTarget of(String uri) {
        for (int i = 0; i < uri.length(); i++) {
            if (uri.charAt(i) <= ' ' || uri.charAt(i) >= 0x7F || uri.charAt(i) == '\\') {
                return null;
            }
        }
        try {
            return of(uri, new URI(uri));
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static @Nullable RedirectTarget of(String uri, URI parts) {
        if (parts.getScheme() == null || parts.getRawFragment() != null || parts.getRawUserInfo() != null) {
            return null;
        }
        String scheme = parts.getScheme().toLowerCase(Locale.ROOT);
        if (FORBIDDEN_SCHEMES.contains(scheme)) {
            return null;
        }
        boolean https = scheme.equals("https");
        if (!https && !scheme.equals("http")) {
            return new RedirectTarget(uri, Kind.CUSTOM_SCHEME, scheme, scheme + ":");
        }
        String host = parts.getHost();
        if (host == null || host.isEmpty()) {
            return null;
        }
        host = host.toLowerCase(Locale.ROOT);
        if (!https && !isLoopback(host)) {
            return null;
        }
        String origin = scheme + "://" + host + (parts.getPort() < 0 ? "" : ":" + parts.getPort());
        return new RedirectTarget(uri, isLoopback(host) ? Kind.LOOPBACK : Kind.HTTPS, host, origin);
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
    }
}
