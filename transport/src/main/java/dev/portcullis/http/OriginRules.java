package dev.portcullis.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;
import java.net.URI;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which names this server answers to and which web origins may call it (H-11, H-12, H-18). All of it comes from configuration, nothing from a request.
 * Immutable; any thread.
 */
public final class OriginRules {
    private static final Set<String> LOOPBACK_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final AsciiString ANY = AsciiString.cached("*");
    private static final AsciiString EXPOSED = AsciiString.cached(
            "Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After, DPoP-Nonce, Location");

    private final boolean anyHost;
    private final boolean loopback;
    private final Set<String> hosts = new HashSet<>();
    private final Set<String> origins = new HashSet<>();

    private OriginRules(boolean anyHost, boolean loopback) {
        this.anyHost = anyHost;
        this.loopback = loopback;
    }

    /**
     * The rules of a public listener.
     *
     * @param publicUrl origin that clients see: its host and origin are allowed always
     * @param moreOrigins {@code scheme://host[:port]} each
     * @param moreHosts {@code host} (any port) or {@code host:port} each
     * @param loopback whether the listener is bound to loopback: then loopback names are allowed, with any port
     * @throws IllegalArgumentException an origin that is not one
     */
    public static OriginRules of(
            URI publicUrl, Collection<String> moreOrigins, Collection<String> moreHosts, boolean loopback) {
        var rules = new OriginRules(false, loopback);
        rules.hosts.add(lower(publicUrl.getHost()));
        moreHosts.forEach(host -> rules.hosts.add(lower(host)));
        rules.addOrigin(publicUrl.getScheme() + "://" + publicUrl.getRawAuthority());
        moreOrigins.forEach(rules::addOrigin);
        if (loopback) {
            rules.hosts.addAll(LOOPBACK_HOSTS);
        }
        return rules;
    }

    /** The rules of a management listener: scrapers and probes call it by whatever address they have, browsers not at all (T-119). */
    public static OriginRules noBrowsers() {
        return new OriginRules(true, false);
    }

    private void addOrigin(String origin) {
        String normal = normalOrigin(origin);
        if (normal == null) {
            throw new IllegalArgumentException("not an origin (scheme://host[:port]): " + origin);
        }
        origins.add(normal);
    }

    /** @param host value of Host or {@code :authority} */
    boolean allowsHost(String host) {
        if (anyHost || hosts.contains(host)) {
            return true;
        }
        String whole = lower(host);
        return hosts.contains(whole) || hosts.contains(withoutPort(whole));
    }

    /** @param origin value of Origin; {@code null} is no origin (H-11) */
    boolean allowsOrigin(String origin) {
        if (origins.contains(origin)) {
            return true;
        }
        String normal = normalOrigin(origin);
        return normal != null
                && (origins.contains(normal)
                        || (loopback
                                && LOOPBACK_HOSTS.contains(withoutPort(normal.substring(normal.indexOf("://") + 3)))));
    }

    /** Adds what lets a browser's script read this answer, errors included; nothing on pages for people (T-51). */
    void addCorsTo(HttpResponse answer, CurrentRequest request) {
        Route route = request.route();
        RequestHead head = request.head();
        if (route == null || head == null) {
            return;
        }
        switch (route.cors()) {
            case NONE -> {}
            case ANY -> {
                answer.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
                answer.headers().set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
            }
            case ALLOWED -> {
                String origin = head.header(HttpHeaderNames.ORIGIN);
                if (origin != null && allowsOrigin(origin)) {
                    answer.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                    answer.headers().set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
                    answer.headers().add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
                }
            }
        }
    }

    /** Lower-cased and without the scheme's own port; null if it is anything but scheme, host and port. */
    private static @Nullable String normalOrigin(String origin) {
        int hostAt = origin.indexOf("://") + 3;
        if (hostAt < 3 || hostAt == origin.length()) {
            return null;
        }
        String normal = lower(origin);
        String scheme = normal.substring(0, hostAt - 3);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            return null;
        }
        String authority = normal.substring(hostAt);
        String host = withoutPort(authority);
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if ("/?#@\\, ".indexOf(c) >= 0 || (c == ':' && host.charAt(0) != '[')) {
                return null;
            }
        }
        if (host.isEmpty() || !isPort(authority, host.length())) {
            return null;
        }
        String ownPort = scheme.equals("https") ? ":443" : ":80";
        return authority.equals(host + ownPort) ? scheme + "://" + host : normal;
    }

    /** Whether nothing or {@code :} and digits follows the host. */
    private static boolean isPort(String authority, int at) {
        if (at == authority.length()) {
            return true;
        }
        for (int i = at + 1; i < authority.length(); i++) {
            if (authority.charAt(i) < '0' || authority.charAt(i) > '9') {
                return false;
            }
        }
        return authority.charAt(at) == ':' && authority.length() > at + 1;
    }

    private static String withoutPort(String authority) {
        int from = authority.startsWith("[") ? authority.indexOf(']') : 0;
        int colon = from < 0 ? -1 : authority.indexOf(':', from);
        return colon < 0 || !isPort(authority, colon) ? authority : authority.substring(0, colon);
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
