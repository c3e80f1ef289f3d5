package dev.portcullis.identity;

import org.jspecify.annotations.Nullable;

/**
 * The verified caller of a request: a person, acting through an OAuth client, as far as a grant goes. One object per live token, shared by all its requests.
 *
 * @param identity who signed in
 * @param clientId the OAuth client that acts for them
 * @param grantId the grant it acts under; empty before there is one
 * @param scopes what the token allows
 * @param clientScopes what the client may have at most (O-42); empty: no bound
 */
public record Principal(Identity identity, String clientId, String grantId, Scopes scopes, Scopes clientScopes) {
    /** A caller through a client without a bound. */
    public Principal(Identity identity, String clientId, String grantId, Scopes scopes) {
        this(identity, clientId, grantId, scopes, Scopes.NONE);
    }

    /** With {@code AUTH=off} (loopback only) everybody is this. */
    public static final Principal ANONYMOUS = new Principal(
            new Identity("urn:portcullis:no-auth", "anonymous", null, null, java.util.List.of()),
            "anonymous",
            "",
            Scopes.NONE);

    /** @return whether the client may have this scope at all, whoever it acts for */
    public boolean isForClient(String scope) {
        return clientScopes.isEmpty() || clientScopes.contains(scope);
    }

    /** @return the person's e-mail address, lower-cased; null if the provider gave none that is verified */
    public @Nullable String email() {
        return identity.email();
    }
}
