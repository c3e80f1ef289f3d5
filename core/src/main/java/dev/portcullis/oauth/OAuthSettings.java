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
 * @param offered what is on, and so in the metadata (O-16)
 * @param lives lifetimes of what is issued
 */
public record OAuthSettings(
        URI issuer,
        List<String> resources,
        Scopes scopes,
        Scopes defaultScopes,
        boolean secureCookies,
        List<String> customSchemes,
        Offered offered,
        Lives lives) {
    public OAuthSettings {
        resources = List.copyOf(resources);
        customSchemes = List.copyOf(customSchemes);
    }

    /** With what is on by default. */
    public OAuthSettings(
            URI issuer,
            List<String> resources,
            Scopes scopes,
            Scopes defaultScopes,
            boolean secureCookies,
            List<String> customSchemes,
            Lives lives) {
        this(issuer, resources, scopes, defaultScopes, secureCookies, customSchemes, Offered.DEFAULT, lives);
    }

    /** These settings with other things on. */
    public OAuthSettings offering(Offered offered) {
        return new OAuthSettings(
                issuer, resources, scopes, defaultScopes, secureCookies, customSchemes, offered, lives);
    }

    /** @return {@code resources.get(0)} */
    public String defaultResource() {
        return resources.get(0);
    }

    /**
     * What can be switched on and off. What is off has no route or is refused, and is not in the metadata (O-16).
     *
     * @param registration dynamic registration (RFC 7591)
     * @param clientDocuments clients that are described at their URL (O-121)
     * @param introspection RFC 7662
     * @param tokenExchange RFC 8693
     * @param assertionGrant ID-JAG (O-170)
     * @param clientCredentials O-175
     * @param dpop RFC 9449
     */
    public record Offered(
            boolean registration,
            boolean clientDocuments,
            boolean introspection,
            boolean tokenExchange,
            boolean assertionGrant,
            boolean clientCredentials,
            Dpop dpop) {
        /** Both ways for clients to introduce themselves, and nothing that is optional. */
        public static final Offered DEFAULT = new Offered(true, true, false, false, false, false, Dpop.OFF);
    }

    /** Whether tokens are bound to a key of the client (RFC 9449). */
    public enum Dpop {
        OFF,
        /** Those of clients that bring a proof. */
        ON,
        /** All. */
        REQUIRED
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
     * @param uncheckedGrant absolute life of a grant for which the identity provider gave no refresh token, so that it cannot be asked again (O-145)
     * @param client a dynamic registration, from its issue or last use
     * @param approval a remembered approval
     * @param staleness how long the identity provider's last word counts while it cannot be reached (O-99)
     * @param unconfirmedAccess longest life of an access token that is issued meanwhile (O-99)
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
            int approval,
            int staleness,
            int unconfirmedAccess) {
        /** The defaults of O-109. */
        public static final Lives DEFAULT =
                new Lives(600, 60, 3600, 30 * 86_400, 60, 90 * 86_400, 86_400, 90 * 86_400, 30 * 86_400, 3600, 900);
    }
}
