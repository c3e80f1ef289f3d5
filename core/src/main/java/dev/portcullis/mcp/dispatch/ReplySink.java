package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;

/**
 * Takes what comes of one request: notifications and requests of ours, then exactly one of {@link #answer}, {@link #needScope} and {@link #withdrawn}. Any thread, one call
 * at a time. What a writer holds is taken before the method returns.
 */
public interface ReplySink {
    /** @return whether the client takes a stream of events as an answer (H-14) */
    default boolean takesStream() {
        return true;
    }

    /** A notification about the request; dropped if the client takes none. */
    void notification(JsonWriter message, Slack slack);

    /**
     * A request of ours to the client, on the stream of its own request (H-113).
     *
     * @return false if it takes no stream there, or is known to be gone for good
     */
    boolean request(JsonWriter message);

    /** Lets go of the connection, if the client can come back for the rest (H-124). */
    void letClientPoll(int retryMillis);

    /**
     * The response.
     *
     * @param status HTTP status, if nothing has been sent yet
     */
    void answer(int status, JsonWriter message);

    /** The token's scopes do not suffice (O-23). Nothing has been sent yet. */
    void needScope(Scopes needed);

    /** The client has cancelled the request and wants no response (H-115). */
    void withdrawn();
}
