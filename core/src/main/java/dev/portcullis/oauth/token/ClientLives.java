package dev.portcullis.oauth.token;

import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import java.time.Duration;

/** Lets a registration live on while it is used (O-131): a record with its first grant, moved on by refreshes at most once a day. Blocks on the store. */
final class ClientLives {
    private static final long DAY_SECONDS = Duration.ofDays(1).toSeconds();

    private final GrantStore store;
    private final int lifeSeconds;

    ClientLives(GrantStore store, int lifeSeconds) {
        this.store = store;
        this.lifeSeconds = lifeSeconds;
    }

    void firstUse(RegisteredClient client, long nowSeconds) {
        use(client, nowSeconds);
    }

    void furtherUse(Grant grant, long nowSeconds) {
        if (grant.lastUsedAt() / DAY_SECONDS != nowSeconds / DAY_SECONDS) {
            use(grant.client(), nowSeconds);
        }
    }

    /** What the operator or a document says of a client has no life of its own, and must not outlive them. */
    private void use(RegisteredClient client, long nowSeconds) {
        if (client.kind() == RegisteredClient.Kind.DYNAMIC) {
            store.putClient(client, nowSeconds + lifeSeconds, nowSeconds);
        }
    }
}
