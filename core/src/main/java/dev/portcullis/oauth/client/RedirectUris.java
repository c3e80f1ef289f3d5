package dev.portcullis.oauth.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which redirect URIs may be registered (O-51), and which request fits which registration (O-50). Immutable. */
public final class RedirectUris {
    /** Characters in one redirect URI. */
    public static final int CHARS_MAX = 2_048;

    private static final Set<String> FORBIDDEN_SCHEMES =
            Set.of("javascript", "data", "vbscript", "file", "about", "blob", "mailto", "ws", "wss", "ftp");
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");
    private static final Pattern LOOPBACK_HOST =
            Pattern.compile("localhost|\\[::1\\]|127(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}");
    private static final Pattern PORT = Pattern.compile(":[0-9]{1,5}");
    private static final String HTTP = "http://";

    private final Set<String> customSchemes;

    /** @param customSchemes private-use schemes without a dot that are allowed all the same, e.g. {@code cursor}; none of the forbidden becomes allowed by it */
    public RedirectUris(List<String> customSchemes) {
        this.customSchemes = Set.copyOf(customSchemes.stream()
                .map(scheme -> scheme.toLowerCase(Locale.ROOT))
                .toList());
    }

    /** Whether a client may register this: {@code https}, {@code http} to a loopback name, or a private-use scheme that has a dot or is listed (RFC 8252 §7.1). */
    public boolean isRegistrable(String uri) {
        int colon = uri.indexOf(':');
        if (uri.length() > CHARS_MAX || colon < 0 || !hasOnlyPlainCharacters(uri)) {
            return false;
        }
        URI parsed;
        try {
            parsed = new URI(uri);
        } catch (URISyntaxException e) {
            return false;
        }
        String authority = parsed.getRawAuthority();
        if (authority != null && authority.indexOf('@') >= 0) {
            return false;
        }
        String scheme = uri.substring(0, colon).toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "https" -> parsed.getHost() != null && hasSanePort(parsed);
            // To the letter, as matching and the warning about this device read it.
            case "http" -> parsed.getHost() != null && hasSanePort(parsed) && isLoopback(uri);
            default -> isPrivateUse(scheme) && uri.length() > colon + 1;
        };
    }

    private boolean isPrivateUse(String scheme) {
        return SCHEME.matcher(scheme).matches()
                && !FORBIDDEN_SCHEMES.contains(scheme)
                && (scheme.indexOf('.') > 0 || customSchemes.contains(scheme));
    }

    private static boolean hasSanePort(URI uri) {
        return uri.getPort() <= 65_535;
    }

    /** Visible ASCII without fragment and backslash: what browsers, parsers and our own comparison read in one way. */
    private static boolean hasOnlyPlainCharacters(String uri) {
        return uri.chars().allMatch(c -> c > 0x20 && c < 0x7F && c != '#' && c != '\\');
    }

    /**
     * Whether a request may be answered at {@code requested}: it is the registered string, or both are {@code http} to the same loopback name and differ in the
     * port only (RFC 8252 §7.3). Nothing is normalised.
     *
     * @param registered one of a client's redirect URIs, which {@link #isRegistrable}
     * @param requested any text
     */
    public static boolean matches(String registered, String requested) {
        if (registered.equals(requested)) {
            return true;
        }
        if (!registered.startsWith(HTTP) || !requested.startsWith(HTTP) || requested.length() > CHARS_MAX) {
            return false;
        }
        int registeredHostEnd = hostEnd(registered);
        int requestedHostEnd = hostEnd(requested);
        String host = registered.substring(HTTP.length(), registeredHostEnd);
        return LOOPBACK_HOST.matcher(host).matches()
                && host.equals(requested.substring(HTTP.length(), requestedHostEnd))
                && hasOnlyPlainCharacters(requested)
                && withoutPort(registered, registeredHostEnd).equals(withoutPort(requested, requestedHostEnd));
    }

    /** Whether a redirect stays on the person's own machine by {@code http}: any program there may be listening (T-81). */
    public static boolean isLoopback(String uri) {
        return uri.startsWith(HTTP)
                && LOOPBACK_HOST
                        .matcher(uri.substring(HTTP.length(), hostEnd(uri)))
                        .matches();
    }

    /** Where the host of an {@code http} URI ends: at its port, path, query, or the end. */
    private static int hostEnd(String uri) {
        int at = HTTP.length();
        if (at < uri.length() && uri.charAt(at) == '[') {
            int bracket = uri.indexOf(']', at);
            return bracket < 0 ? uri.length() : bracket + 1;
        }
        while (at < uri.length() && ":/?".indexOf(uri.charAt(at)) < 0) {
            at++;
        }
        return at;
    }

    /** What follows the host and its port; a port that is none stays in and so never fits. */
    private static String withoutPort(String uri, int hostEnd) {
        String rest = uri.substring(hostEnd);
        var port = PORT.matcher(rest);
        if (!port.lookingAt() || Integer.parseInt(port.group().substring(1)) > 65_535) {
            return rest;
        }
        String after = rest.substring(port.end());
        return after.isEmpty() || after.startsWith("/") || after.startsWith("?") ? after : rest;
    }
}
