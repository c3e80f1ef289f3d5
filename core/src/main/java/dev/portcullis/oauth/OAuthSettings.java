package dev.portcullis.oauth;

import dev.portcullis.identity.Scopes;
import java.net.URI;
import java.util.List;

/**
 * What the authorization server is told at start. Everything it ever says about itself comes from here, never from a request (O-2).
 *
 * @param issuer the public origin, without a trailing slash
 * @param resources the resources tokens can be for, exact strings; the first is the default (O-40)
 * @param scopes scopes that exist, without {@code offline_access}
 * @param defaultScopes granted when a request names none
 * @param secureCookies whether cookies are {@code __Host-} and {@code Secure}: everywhere but on loopback http (O-64)
 * @param customSchemes private-use redirect schemes without a dot that are allowed (O-51), e.g. {@code cursor}
 * @param lives lifetimes of what is issued
 */
public record OAuthSettings(
        URI issuer,
        List<String> resources,
        Scopes scopes,
        Scopes defaultScopes,
        boolean secureCookies,
        List<String> customSchemes,
        Lives lives) {
    public OAuthSettings {
        resources = List.copyOf(resources);
        customSchemes = List.copyOf(customSchemes);
    }

    /** @return {@code resources.get(0)} */
    public String defaultResource() {
        return resources.get(0);
    }

    /**
     * How long things live, in seconds (O-109).
     *
     * @param signIn consent form, CSRF cookie, state at the identity provider
     * @param code authorization code
     * @param access access token
     * @param refresh refresh token, from its issue
     * @param refreshOverlap how long a used refresh token gives the same successor once that was used (O-95)
     * @param grant absolute life of a grant
     * @param uncheckedGrant absolute life of a grant whose person is not looked up again at the identity provider; today, of every grant (O-145)
     * @param client a dynamic registration, from its issue or last use
     * @param approval a remembered approval
     */
    public record Lives(
            int signIn,
            int code,
            int access,
            int refresh,
            int refreshOverlap,
            int grant,
            int uncheckedGrant,
            int client,
            int approval) {
        /** The defaults of O-109. */
        public static final Lives DEFAULT =
                new Lives(600, 60, 3600, 30 * 86_400, 60, 90 * 86_400, 86_400, 90 * 86_400, 30 * 86_400);
    }
}
