package dev.portcullis.identity;

import org.jspecify.annotations.Nullable;

/**
 * The verified caller of a request: a person, acting through an OAuth client, as far as a grant goes. One object per live token, shared by all its requests.
 *
 * @param identity who signed in
 * @param clientId the OAuth client that acts for them
 * @param grantId the grant it acts under; empty before there is one
 * @param scopes what the token allows
 */
public record Principal(Identity identity, String clientId, String grantId, Scopes scopes) {
    /** With {@code AUTH=off} (loopback only) everybody is this. */
    public static final Principal ANONYMOUS = new Principal(
            new Identity("urn:portcullis:no-auth", "anonymous", null, null, java.util.List.of()),
            "anonymous",
            "",
            Scopes.NONE);

    /** @return the person's e-mail address, lower-cased; null if the provider gave none that is verified */
    public @Nullable String email() {
        return identity.email();
    }
}
