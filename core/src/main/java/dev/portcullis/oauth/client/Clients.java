package dev.portcullis.oauth.client;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client that a {@code client_id} names: what is sealed in the id itself while that is young, else a record in the store, whose life was extended by use
 * (O-131). Any thread; blocks on the store for ids that are old, or hold nothing.
 */
public final class Clients {
    private static final int ID_CHARS_MAX = 2_048;

    private final GrantStore store;
    private final SealedClientIds ids;
    private final int lifeSeconds;

    /** @param lifeSeconds of a registration, from its issue */
    public Clients(GrantStore store, MasterKey key, int lifeSeconds) {
        this.store = store;
        this.ids = new SealedClientIds(key);
        this.lifeSeconds = lifeSeconds;
    }

    /** @return the client; null if nobody of that id is registered (any more) */
    public @Nullable RegisteredClient find(String clientId, long nowSeconds) {
        if (clientId.isEmpty() || clientId.length() > ID_CHARS_MAX) {
            return null;
        }
        RegisteredClient sealed = ids.open(clientId);
        if (sealed != null && nowSeconds < sealed.issuedAt() + lifeSeconds) {
            return sealed;
        }
        return store.client(clientId, nowSeconds);
    }
}
