package dev.portcullis.ops.server;

import dev.portcullis.ops.server.ServerConfig.HostPort;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the URLs, origins and peers that settings name. */
final class Origins {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    private Origins() {}

    /** @return {@code scheme://host[:port]}, lower-cased, without a default port and a trailing slash, as browsers write it (RFC 6454 §6.1); null if it is anything else */
    static @Nullable URI parse(String text) {
        var uri = parseHttp(text);
        if (uri == null || !(uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))) {
            return null;
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        int defaultPort = scheme.equals("https") ? 443 : 80;
        String port = uri.getPort() < 0 || uri.getPort() == defaultPort ? "" : ":" + uri.getPort();
        return URI.create(scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port);
    }

    /** @return an https URL, or http on loopback where that is allowed; null if it is anything else, or has user, query or fragment */
    static @Nullable URI parseUrl(String text, boolean loopbackHttpAllowed) {
        var uri = parseHttp(text);
        if (uri == null) {
            return null;
        }
        boolean isHttps = uri.getScheme().equalsIgnoreCase("https");
        return isHttps || (loopbackHttpAllowed && isLoopback(uri)) ? uri : null;
    }

    /** @return the origin of a listener of this machine that has no other name */
    static URI localhost(int port) {
        return URI.create("http://localhost:" + port);
    }

    private static @Nullable URI parseHttp(String text) {
        try {
            var uri = new URI(text);
            boolean isPlain = uri.getScheme() != null
                    && SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                    && uri.getHost() != null
                    && uri.getRawPath() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getPort() != 0
                    && uri.getPort() <= 65_535;
            return isPlain ? uri : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** @return whether a URL's host means this machine by its mere name (no look-up, which others could answer) */
    static boolean isLoopback(URI url) {
        String host = url.getHost().toLowerCase(Locale.ROOT);
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("[::1]")
                || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }

    /** @return host and port of {@code host:port} or {@code [v6]:port}; null if it is anything else */
    static @Nullable HostPort parseHostPort(String text) {
        var uri = parseHttp("http://" + text);
        return uri == null || uri.getPort() < 0 || !uri.getRawPath().isEmpty()
                ? null
                : new HostPort(uri.getHost().toLowerCase(Locale.ROOT), uri.getPort());
    }
}
