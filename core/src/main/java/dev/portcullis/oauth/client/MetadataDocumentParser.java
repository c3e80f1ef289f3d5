package dev.portcullis.oauth.client;

import dev.portcullis.fetch.InvalidDocumentException;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.store.RegisteredClient.Kind;
import java.util.List;

/** A client ID metadata document → the client that it describes (O-124). */
final class MetadataDocumentParser {
    private static final List<String> SYMMETRIC =
            List.of("client_secret_basic", "client_secret_post", "client_secret_jwt");

    private final RedirectUris redirectUris;

    MetadataDocumentParser(RedirectUris redirectUris) {
        this.redirectUris = redirectUris;
    }

    /**
     * @param address where it was fetched
     * @param nowSeconds Unix time in seconds
     */
    RegisteredClient parse(String address, byte[] document, long nowSeconds) throws InvalidDocumentException {
        try {
            return client(address, MetadataMembers.read(document, redirectUris), nowSeconds);
        } catch (OAuthException e) {
            throw new InvalidDocumentException(e.description());
        }
    }

    private static RegisteredClient client(String address, MetadataMembers members, long nowSeconds)
            throws InvalidDocumentException {
        if (!address.equals(members.clientId())) {
            throw new InvalidDocumentException("client_id is not the address of the document");
        }
        if (members.hasSecret()) {
            throw new InvalidDocumentException("a document that everybody can read must not hold a secret");
        }
        String name = members.name() == null ? null : ClientNames.clean(members.name());
        if (name == null) {
            throw new InvalidDocumentException("client_name is missing, or nothing of it can be shown");
        }
        members.requireCodeResponse();
        AuthMethod method = authMethod(members);
        return new RegisteredClient(
                address,
                name,
                members.redirectUris(),
                method,
                null,
                members.grantTypes(),
                Kind.METADATA_DOCUMENT,
                nowSeconds,
                method == AuthMethod.PRIVATE_KEY_JWT ? members.keys() : null,
                Scopes.NONE);
    }

    /** Nobody can share a secret with us in a document; a method we do not know does no harm where {@code none} is offered beside it. */
    private static AuthMethod authMethod(MetadataMembers members) throws InvalidDocumentException {
        String method = members.authMethod();
        if (method == null || method.equals("none")) {
            return AuthMethod.NONE;
        }
        if (method.equals("private_key_jwt")) {
            return AuthMethod.PRIVATE_KEY_JWT;
        }
        if (!SYMMETRIC.contains(method) && members.otherAuthMethods().contains("none")) {
            return AuthMethod.NONE;
        }
        throw new InvalidDocumentException("token_endpoint_auth_method must be none or private_key_jwt");
    }
}
