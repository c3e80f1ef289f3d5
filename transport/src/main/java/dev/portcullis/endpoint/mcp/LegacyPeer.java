package dev.portcullis.endpoint.mcp;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.dispatch.Slack;
import dev.portcullis.mcp.session.Session;
import org.jspecify.annotations.Nullable;

/** A client of HTTP+SSE, whose stream is here or on another node. Any thread. */
sealed interface LegacyPeer permits LegacySseConnection, RemoteSseConnection {
    /** @return null before {@code initialize} */
    @Nullable
    Session session();

    /**
     * The client has sent {@code initialize}. May block where nodes share connections.
     *
     * @return false if there is a session already, or the stream has closed
     */
    boolean begin(Session negotiated);

    /** @return false if the stream has ended */
    boolean send(JsonWriter message, Slack slack);

    /** Whether the stream has closed, so that no call is to go on. */
    boolean isClosed();
}
