package dev.portcullis.oauth.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** The addresses at which clients keep documents: their metadata, which is their id at the same time, and their keys (O-121). */
final class ClientAddresses {
    /** Longer ids are nobody's. */
    static final int CHARS_MAX = 2_048;

    private ClientAddresses() {}

    /** Whether a {@code client_id} means a document: by its beginning alone. */
    static boolean isDocument(String clientId) {
        return clientId.startsWith("https://");
    }

    /**
     * Whether this is a URL at which a metadata document may be: {@code https} (plain {@code http} is for the guard to allow), a path, no fragment, no user info, no
     * path segment that is a step. Where it leads is for others to look at.
     */
    static boolean isDocumentAddress(String url) {
        if (!isAddress(url)) {
            return false;
        }
        String path = URI.create(url).getRawPath();
        return path.length() > 1 && hasNoSteps(path);
    }

    /** Whether this is an absolute web URL without fragment and user info, in plain ASCII, that all parsers read alike. */
    static boolean isAddress(String url) {
        if (url.length() > CHARS_MAX
                || !(url.startsWith("https://") || url.startsWith("http://"))
                || !url.chars().allMatch(c -> c > 0x20 && c < 0x7F && c != '#' && c != '\\')) {
            return false;
        }
        try {
            URI uri = new URI(url);
            String authority = uri.getRawAuthority();
            return uri.getHost() != null && authority != null && authority.indexOf('@') < 0;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Encoded dots are dots to those who decode before they look. */
    private static boolean hasNoSteps(String path) {
        for (String segment : path.toLowerCase(Locale.ROOT).replace("%2e", ".").split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                return false;
            }
        }
        return true;
    }
}
