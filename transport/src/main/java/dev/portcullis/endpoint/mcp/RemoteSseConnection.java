package dev.portcullis.endpoint.mcp;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.dispatch.Slack;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.SharedConnections;
import org.jspecify.annotations.Nullable;

/** A client of HTTP+SSE whose stream is on another node, to which goes all that is said to it. Any thread. */
final class RemoteSseConnection implements LegacyPeer {
    static final byte NONE = 'N';
    static final byte REPLACE = 'R';
    static final byte DROP = 'D';

    private final SharedConnections.Named name;
    private final SharedConnections shared;
    private volatile @Nullable Session session;

    RemoteSseConnection(SharedConnections.Named name, SharedConnections shared, @Nullable Session session) {
        this.name = name;
        this.shared = shared;
        this.session = session;
    }

    @Override
    public @Nullable Session session() {
        return session;
    }

    @Override
    public boolean begin(Session negotiated) {
        if (!shared.begin(name, negotiated)) {
            return false;
        }
        session = negotiated;
        return true;
    }

    /** Lets the node that has the stream know its session, behind what was sent before. */
    void tellBegun(Session begun) {
        shared.begun(name, begun);
    }

    /** @return what the sender said may become of a message */
    static Slack slack(byte code, String replaceKey) {
        return switch (code) {
            case REPLACE -> new Slack.Replace(replaceKey);
            case DROP -> new Slack.Drop();
            default -> new Slack.None();
        };
    }

    @Override
    public boolean send(JsonWriter message, Slack slack) {
        byte code = switch (slack) {
            case Slack.None() -> NONE;
            case Slack.Replace _ -> REPLACE;
            case Slack.Drop() -> DROP;
        };
        String key = slack instanceof Slack.Replace(String replaced) ? replaced : "";
        return shared.send(name, code, key, message.toBytes());
    }

    @Override
    public boolean isClosed() {
        return !shared.mayLive(name);
    }
}
