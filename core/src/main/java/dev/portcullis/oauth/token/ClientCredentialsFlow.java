package dev.portcullis.oauth.token;

import dev.portcullis.identity.Identity;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.token.TokenRequest.OwnAccess;
import dev.portcullis.store.RegisteredClient;
import java.util.List;

/**
 * Access of a client for itself (RFC 6749 §4.4; O-175): one that the operator registered and that authenticates. The caller that tools see is the client: an
 * identity of the issuer {@link #ISSUER}, without an e-mail address, so that rules about people do not fit it.
 */
final class ClientCredentialsFlow {
    /** {@code iss} of clients that act for themselves; {@code sub} is the client id. No identity provider has this issuer. */
    static final String ISSUER = "urn:portcullis:client";

    private final OAuthSettings settings;
    private final Narrowing narrowing;
    private final DirectGrants grants;

    ClientCredentialsFlow(OAuthSettings settings, Narrowing narrowing, DirectGrants grants) {
        this.settings = settings;
        this.narrowing = narrowing;
        this.grants = grants;
    }

    TokenResponse grant(OwnAccess request, RegisteredClient client, Possession possession, long nowSeconds) {
        if (client.kind() != RegisteredClient.Kind.PREREGISTERED
                || client.authMethod() == RegisteredClient.AuthMethod.NONE) {
            throw new OAuthException(
                    OAuthError.UNAUTHORIZED_CLIENT, "only clients that the operator registered may act for themselves");
        }
        var identity = new Identity(ISSUER, client.id(), null, null, List.of());
        List<String> resources = request.resources().isEmpty()
                ? List.of(settings.defaultResource())
                : narrowing.resources(request.resources(), settings.resources());
        var scopes = grants.allowed(Narrowing.parse(request.scope()), client, identity);
        return grants.issue(client, identity, scopes, resources, possession.prove(), nowSeconds);
    }
}
