package dev.portcullis.http;

import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthSettings.Dpop;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which resource each path that wants a token belongs to, and how requests for it are challenged (O-11). Immutable; any thread. */
public final class GuardedPaths {
    private final Map<String, Guarded> byPath;

    /** A resource and how requests for it are challenged. */
    record Guarded(String resource, BearerChallenge.Resource challenges) {}

    /**
     * @param resourceByPath path of a route → exact resource, whose metadata document its challenges name
     * @param scopes the least that a client should ask for
     */
    public GuardedPaths(Map<String, String> resourceByPath, Scopes scopes) {
        this(resourceByPath, scopes, Dpop.OFF);
    }

    /** @param dpop whether proofs of possession are taken, or wanted from everybody */
    public GuardedPaths(Map<String, String> resourceByPath, Scopes scopes, Dpop dpop) {
        var guarded = new HashMap<String, Guarded>();
        resourceByPath.forEach((path, resource) ->
                guarded.put(path, new Guarded(resource, new BearerChallenge.Resource(resource, scopes, dpop))));
        byPath = Map.copyOf(guarded);
    }

    /** Each resource guards its own path. */
    public static GuardedPaths of(List<String> resources, Scopes scopes) {
        var resourceByPath = new HashMap<String, String>();
        resources.forEach(resource -> resourceByPath.put(pathOf(resource), resource));
        return new GuardedPaths(resourceByPath, scopes);
    }

    private static String pathOf(String resource) {
        String path = URI.create(resource).getRawPath();
        return path == null || path.isEmpty() ? "/" : path;
    }

    /** A good token that does not reach: 403, with all scopes that the operation needs (O-23). */
    public Reply insufficientScope(Route route, Scopes needed) {
        return of(route).challenges().insufficientScope(needed).toReply();
    }

    Guarded of(Route route) {
        Guarded guarded = byPath.get(route.path());
        if (guarded == null) {
            throw new IllegalStateException("no resource is configured for the path " + route.path());
        }
        return guarded;
    }
}
