package dev.portcullis.oauth.token;

import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.ResourceMatcher;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client may have of what was granted: never more (T-88). Immutable. */
final class Narrowing {
    /** Asks for a refresh token, not for access: it is never among the scopes of a token (O-93). */
    private static final String OFFLINE_ACCESS = "offline_access";

    private final ResourceMatcher matcher;

    Narrowing(ResourceMatcher matcher) {
        this.matcher = matcher;
    }

    /**
     * For a code: what is both asked for and granted (O-94).
     *
     * @throws OAuthException INVALID_SCOPE: nothing is
     */
    static Scopes common(@Nullable String requested, Scopes granted) {
        Scopes asked = parse(requested);
        if (asked.isEmpty()) {
            return granted;
        }
        Scopes common = asked.intersect(granted);
        if (common.isEmpty()) {
            throw new OAuthException(OAuthError.INVALID_SCOPE, "none of the scopes was granted");
        }
        return common;
    }

    /**
     * For a refresh: what is asked for, all of which was granted (O-97, RFC 6749 §6).
     *
     * @throws OAuthException INVALID_SCOPE: more is asked for
     */
    static Scopes subset(@Nullable String requested, Scopes granted) {
        Scopes asked = parse(requested);
        if (!granted.containsAll(asked)) {
            throw new OAuthException(OAuthError.INVALID_SCOPE, "a scope was not granted");
        }
        return asked.isEmpty() ? granted : asked;
    }

    /**
     * The exact resources asked for, all of which were granted (RFC 8707 §2.2); all that were granted if none is named.
     *
     * @throws OAuthException INVALID_TARGET: one is not ours, or was not granted
     */
    List<String> resources(List<String> requested, List<String> granted) {
        if (requested.isEmpty()) {
            return granted;
        }
        var narrowed = new LinkedHashSet<String>();
        for (String resource : requested) {
            String ours = matcher.match(resource);
            if (ours == null || !granted.contains(ours)) {
                throw new OAuthException(OAuthError.INVALID_TARGET, "a resource was not granted");
            }
            narrowed.add(ours);
        }
        return List.copyOf(narrowed);
    }

    /**
     * Without {@code offline_access}; none if nothing was sent.
     *
     * @throws OAuthException INVALID_SCOPE: no list of scopes
     */
    static Scopes parse(@Nullable String requested) {
        try {
            return requested == null ? Scopes.NONE : Scopes.parse(requested).without(OFFLINE_ACCESS);
        } catch (IllegalArgumentException e) {
            throw new OAuthException(OAuthError.INVALID_SCOPE, "scope has a character that RFC 6749 does not allow");
        }
    }
}
