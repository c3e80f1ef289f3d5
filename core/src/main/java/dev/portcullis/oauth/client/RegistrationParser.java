package dev.portcullis.oauth.client;

import dev.portcullis.oauth.OAuthException;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import org.jspecify.annotations.Nullable;

/** The body of a registration request (RFC 7591 §3.1) → {@link ClientMetadata}, with the defaults of O-129. */
final class RegistrationParser {
    private final RedirectUris redirectUris;

    RegistrationParser(RedirectUris redirectUris) {
        this.redirectUris = redirectUris;
    }

    /** What was asked for: what we keep, and what is only said back. */
    record Wish(ClientMetadata metadata, @Nullable String scope) {}

    /** @throws OAuthException INVALID_CLIENT_METADATA or INVALID_REDIRECT_URI */
    Wish parse(byte[] body) {
        var members = MetadataMembers.read(body, redirectUris);
        var uris = members.redirectUris();
        members.requireCodeResponse();
        AuthMethod method = authMethod(members.authMethod());
        String name = members.name();
        var metadata = new ClientMetadata(
                name == null ? null : ClientNames.clean(name),
                uris,
                method,
                members.grantTypes(),
                method == AuthMethod.PRIVATE_KEY_JWT ? members.keys() : null);
        return new Wish(metadata, members.scope());
    }

    /** Absent means basic (RFC 7591 §2, O-129): the answer says so, and brings the secret. */
    private static AuthMethod authMethod(@Nullable String wireName) {
        if (wireName == null) {
            return AuthMethod.CLIENT_SECRET_BASIC;
        }
        for (AuthMethod method : AuthMethod.values()) {
            if (method.wireName().equals(wireName)) {
                return method;
            }
        }
        throw MetadataMembers.invalid("token_endpoint_auth_method must be none, client_secret_basic, client_secret_post"
                + " or private_key_jwt");
    }
}
