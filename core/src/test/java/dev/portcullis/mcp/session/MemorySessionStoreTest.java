package dev.portcullis.mcp.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one node of a server that is alone; what is its own stands in {@link SessionStreamTest}. */
class MemorySessionStoreTest extends SessionStoreContract {
    private final MemorySessionStore store = new MemorySessionStore(LIMITS, clock);

    @Override
    List<MemorySessionStore> nodes() {
        return List.of(store);
    }

    @Override
    void announce(@Nullable String uri, String key, String message) {
        store.tell(new Notice(
                uri,
                key,
                bytes(message),
                who -> !key.startsWith("for ")
                        || key.equals("for " + who.identity().subject())));
    }
}
