package dev.portcullis.oauth;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recognises our resources in what clients send as {@code resource} (RFC 8707 §2; O-43). Immutable. */
public final class ResourceMatcher {
    private static final int CHARS_MAX = 2_048;

    private final Map<String, String> ours = new HashMap<>();

    /** The bare issuer stands for the default resource: older clients send the origin. */
    public ResourceMatcher(OAuthSettings settings) {
        for (String resource : settings.resources()) {
            String canonical = canonical(resource);
            if (canonical == null) {
                throw new IllegalArgumentException("a resource must be an absolute URI without fragment: " + resource);
            }
            ours.put(canonical, resource);
        }
        String issuer = canonical(settings.issuer().toString());
        if (issuer != null) {
            ours.putIfAbsent(issuer, settings.defaultResource());
        }
    }

    /** @return the exact string of the resource that {@code requested} names; null if it names none of ours */
    public @Nullable String match(String requested) {
        String canonical = canonical(requested);
        return canonical == null ? null : ours.get(canonical);
    }

    /** Scheme and host in lower case, without a default port; a slash alone is no path. Null if not an absolute URI of a host without fragment and userinfo. */
    private static @Nullable String canonical(String text) {
        if (text.length() > CHARS_MAX) {
            return null;
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            return null;
        }
        if (uri.getScheme() == null
                || uri.getHost() == null
                || uri.getRawFragment() != null
                || uri.getRawUserInfo() != null) {
            return null;
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        boolean isDefaultPort = uri.getPort() == (scheme.equals("https") ? 443 : 80);
        String port = uri.getPort() < 0 || isDefaultPort ? "" : ":" + uri.getPort();
        String path = uri.getRawPath() == null || uri.getRawPath().equals("/") ? "" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port + path + query;
    }
}
