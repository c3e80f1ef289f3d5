package dev.portcullis.oauth.client;

import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import org.jspecify.annotations.Nullable;

/** Finds the client that a {@code client_id} names. Blocks on the store. */
public final class Clients {
    private final GrantStore store;

    public Clients(GrantStore store) {
        this.store = store;
    }

    /** @return the client; null if nobody of that id is registered (any more) */
    public @Nullable RegisteredClient find(String clientId, long nowSeconds) {
        return store.client(clientId, nowSeconds);
    }
}
