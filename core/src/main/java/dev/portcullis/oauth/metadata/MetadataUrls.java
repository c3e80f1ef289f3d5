package dev.portcullis.oauth.metadata;

import java.net.URI;

/** Where discovery documents are found. */
public final class MetadataUrls {
    /** RFC 8414 §3, for an issuer without a path. */
    public static final String AUTHORIZATION_SERVER_PATH = "/.well-known/oauth-authorization-server";

    /** RFC 9728 §3. */
    public static final String PROTECTED_RESOURCE_PATH = "/.well-known/oauth-protected-resource";

    private MetadataUrls() {}

    /** @return path of the document of a resource: its own path after the well-known one (RFC 9728 §3.1) */
    public static String protectedResourcePath(String resource) {
        String path = URI.create(resource).getRawPath();
        return path == null || path.equals("/") ? PROTECTED_RESOURCE_PATH : PROTECTED_RESOURCE_PATH + path;
    }

    /** @return the whole URL of that document: what a challenge names (RFC 9728 §5.1) */
    public static String protectedResourceUrl(String resource) {
        URI uri = URI.create(resource);
        return uri.getScheme() + "://" + uri.getRawAuthority() + protectedResourcePath(resource);
    }
}
