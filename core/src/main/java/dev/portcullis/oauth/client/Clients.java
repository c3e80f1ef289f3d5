package dev.portcullis.oauth.client;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.VerificationKeys;
import dev.portcullis.oauth.client.ClientDocuments.KeysUnavailable;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.ClientKeys;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client that a {@code client_id} names. In this order: one of the settings (O-120); a URL, at which the client describes itself (O-121); what is sealed in
 * the id itself while that is young; a record in the store, whose life was extended by use (O-131). Any thread; blocks on the store for ids that are old, or hold
 * nothing, and on the network for URLs.
 */
public final class Clients {
    private final Map<String, RegisteredClient> preregistered = new HashMap<>();
    private final @Nullable ClientDocuments documents;
    private final GrantStore store;
    private final SealedClientIds ids;
    private final int lifeSeconds;

    /**
     * Only clients that registered themselves.
     *
     * @param lifeSeconds of a registration, from its issue
     */
    public Clients(GrantStore store, MasterKey key, int lifeSeconds) {
        this(List.of(), null, store, key, lifeSeconds);
    }

    /**
     * @param preregistered by the operator, each with an id that {@link #isFreeForOperators}
     * @param documents null: nothing is fetched for a client
     * @param lifeSeconds of a registration, from its issue
     */
    public Clients(
            Collection<RegisteredClient> preregistered,
            @Nullable ClientDocuments documents,
            GrantStore store,
            MasterKey key,
            int lifeSeconds) {
        for (RegisteredClient client : preregistered) {
            if (!isFreeForOperators(client.id()) || this.preregistered.put(client.id(), client) != null) {
                throw new IllegalArgumentException("not an id for one pre-registered client: " + client.id());
            }
        }
        this.documents = documents;
        this.store = store;
        this.ids = new SealedClientIds(key);
        this.lifeSeconds = lifeSeconds;
    }

    /** Whether the settings may use this id: it looks like none that clients come by otherwise. Visible ASCII, up to 255 characters. */
    public static boolean isFreeForOperators(String clientId) {
        return !clientId.isEmpty()
                && clientId.length() <= 255
                && clientId.chars().allMatch(c -> c > 0x20 && c < 0x7F)
                && !clientId.contains("://")
                && !clientId.startsWith(SealedClientIds.PREFIX)
                && !clientId.startsWith(ClientRegistration.STORED_PREFIX);
    }

    /** Whether an id is one that holds its metadata, sealed under some key: such an id tells whether a key is the right one. */
    public static boolean isSealed(String clientId) {
        return clientId.startsWith(SealedClientIds.PREFIX);
    }

    /** Whether an id holds its metadata, sealed under this key or an earlier one that it replaces. */
    public static boolean isSealedUnder(MasterKey key, String clientId) {
        return new SealedClientIds(key).open(clientId) != null;
    }

    /** @return the client; or that nobody of that id is registered (any more); or that this cannot be told now */
    public FoundClient find(String clientId, long nowSeconds) {
        if (clientId.isEmpty() || clientId.length() > ClientAddresses.CHARS_MAX) {
            return new FoundClient.Unknown();
        }
        RegisteredClient operators = preregistered.get(clientId);
        if (operators != null) {
            return new FoundClient.Known(operators);
        }
        if (ClientAddresses.isDocument(clientId) || (documents != null && documents.isDocument(clientId))) {
            return documents == null ? new FoundClient.Unknown() : documents.find(clientId);
        }
        RegisteredClient sealed = ids.open(clientId);
        if (sealed != null && nowSeconds < sealed.issuedAt() + lifeSeconds) {
            return new FoundClient.Known(sealed);
        }
        RegisteredClient stored = store.client(clientId, nowSeconds);
        return stored == null ? new FoundClient.Unknown() : new FoundClient.Known(stored);
    }

    /**
     * The client of a request that is about a grant (O-85): as it stands in the grant, so that nothing needs to be fetched; but what the operator says counts at
     * once.
     */
    FoundClient find(String clientId, @Nullable RegisteredClient snapshot, long nowSeconds) {
        if (snapshot != null
                && snapshot.id().equals(clientId)
                && snapshot.kind() != RegisteredClient.Kind.PREREGISTERED) {
            return new FoundClient.Known(snapshot);
        }
        return find(clientId, nowSeconds);
    }

    /**
     * What a client's assertions may be verified with.
     *
     * @param kid null if the assertion names none
     * @return null if the client has no keys that can be used
     */
    @Nullable
    VerificationKeys keysOf(RegisteredClient client, @Nullable String kid, long nowSeconds) throws KeysUnavailable {
        return switch (currentKeys(client, nowSeconds)) {
            case null -> null;
            case ClientKeys.Inline(String jwks) -> VerificationKeys.parse(jwks.getBytes(StandardCharsets.UTF_8));
            case ClientKeys.At(String address) -> documents == null ? null : documents.keysAt(address, kid);
        };
    }

    /** A client that describes itself may have changed its keys since a grant was given: what it says now counts, if it can be asked. */
    private @Nullable ClientKeys currentKeys(RegisteredClient client, long nowSeconds) {
        if (client.kind() == RegisteredClient.Kind.METADATA_DOCUMENT
                && find(client.id(), nowSeconds) instanceof FoundClient.Known(RegisteredClient current)
                && current.keys() != null) {
            return current.keys();
        }
        return client.keys();
    }
}
