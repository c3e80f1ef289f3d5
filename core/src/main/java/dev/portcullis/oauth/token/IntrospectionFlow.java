package dev.portcullis.oauth.token;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStore.Held;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells clients that authenticate about access tokens (RFC 7662; O-117). Those that the operator named learn of every token; any other of its own alone, since
 * whoever registers itself is a confidential client too. Refresh tokens and codes are never active here: whoever asks may take that for a right of access.
 */
final class IntrospectionFlow {
    private final OAuthSettings settings;
    private final GrantStore store;
    private final KeyedHash names;
    private final Set<String> askingAboutAll;
    private final Telemetry telemetry;

    /** @param names makes the names of people, other ones for each asking client (RFC 7662 §5) */
    IntrospectionFlow(
            OAuthSettings settings,
            GrantStore store,
            KeyedHash names,
            Set<String> askingAboutAll,
            Telemetry telemetry) {
        this.settings = settings;
        this.store = store;
        this.names = names;
        this.askingAboutAll = askingAboutAll;
        this.telemetry = telemetry;
    }

    /** @return null: inactive, which is all that is said of what is unknown, expired, revoked or not for this client to ask about */
    @Nullable
    Introspection introspect(String token, RegisteredClient client, long nowSeconds) {
        if (client.authMethod() == RegisteredClient.AuthMethod.NONE) {
            throw new OAuthException(OAuthError.INVALID_CLIENT, "introspection is for clients that authenticate");
        }
        Introspection found = find(token, client, nowSeconds);
        var event = AuditEvent.of(AuditEvent.What.INTROSPECTION).client(client.id());
        telemetry.audit(found == null ? event.detail("inactive") : event.grant(TokenFormat.grantIdOf(token)));
        return found;
    }

    private @Nullable Introspection find(String token, RegisteredClient client, long nowSeconds) {
        Held<AccessToken> held = TokenFormat.isWellFormed(Kind.ACCESS, token)
                ? store.accessToken(TokenFormat.grantIdOf(token), TokenHash.of(token), nowSeconds)
                : null;
        if (held == null) {
            return null;
        }
        AccessToken access = held.token();
        var grant = held.grant();
        String owner = access.clientId() == null ? grant.client().id() : access.clientId();
        if (!owner.equals(client.id()) && !askingAboutAll.contains(client.id())) {
            return null;
        }
        return new Introspection(
                owner,
                access.scopes(),
                nameOf(held, token, client),
                access.resources(),
                settings.issuer().toString(),
                Math.min(access.expiresAt(), grant.expiresAt()),
                access.issuedAt(),
                access.boundTo());
    }

    /**
     * A name for the person of a token that says nothing to anybody but this client. It is made of what the provider calls them, and of the earliest master key there is:
     * so a person keeps it while the key is being replaced, whichever key a grant is of (O-180).
     */
    private String nameOf(Held<AccessToken> held, String token, RegisteredClient client) {
        Grant grant = held.grant();
        var grantKey = GrantCipher.unwrap(held.token().wrappedKey(), token);
        var person = GrantProps.decode(GrantCipher.openProps(grant.sealedProps(), grantKey, grant.id()))
                .identity();
        // The lengths in front keep neighbours apart.
        String text = client.id().length() + ":" + client.id() + person.issuer().length() + ":" + person.issuer()
                + person.subject();
        return Base64Url.encode(
                names.allOf(text.getBytes(StandardCharsets.UTF_8)).getLast());
    }
}
