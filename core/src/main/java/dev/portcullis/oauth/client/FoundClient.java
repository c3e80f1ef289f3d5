package dev.portcullis.oauth.client;

import dev.portcullis.store.RegisteredClient;
import org.jspecify.annotations.Nullable;

/** What came of looking for the client that a {@code client_id} names. */
public sealed interface FoundClient {
    /** This is the client. */
    record Known(RegisteredClient client) implements FoundClient {}

    /** There is no such client here: it never was, has expired, or describes itself in a way that does not hold. */
    record Unknown() implements FoundClient {}

    /** It cannot be told now, since its document cannot be had (O-125): whoever asks again may hear otherwise. Why is not said: the address was a stranger's. */
    record Unavailable() implements FoundClient {}

    /** @return null unless it is known */
    default @Nullable RegisteredClient orNull() {
        return this instanceof Known(RegisteredClient client) ? client : null;
    }
}
