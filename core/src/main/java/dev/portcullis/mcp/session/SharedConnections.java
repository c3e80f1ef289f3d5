package dev.portcullis.mcp.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.portcullis.cluster.Bus;
import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.Script;
import io.lettuce.core.SetArgs;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connections of HTTP+SSE, whose clients post to any node what is answered on a stream that one node has. A connection's id is sealed for its owner, as a session's is, and
 * says which node that is; which session it belongs to is kept in Redis; what is said on it travels to its node over the bus, in order. Any thread.
 */
public final class SharedConnections {
    private static final Script CONNECTION = Script.of(SharedConnections.class, "connection.lua");
    private static final String TOPIC = "sse";
    private static final byte FORMAT = 1;
    private static final int KEY_BYTES = 16;
    private static final int PLAIN_BYTES = 1 + 2 * KEY_BYTES;
    private static final int CHARS = (PLAIN_BYTES + Sealer.OVERHEAD_BYTES) * 4 / 3 + 1;
    private static final byte BEGUN = 'B';
    private static final byte MESSAGE = 'M';

    private final Redis redis;
    private final Bus bus;
    private final Sealer ids;
    private final Sealer sealer;
    private final int liveSeconds;

    /**
     * What an id says.
     *
     * @param id what its client posts to
     * @param key by which nodes and stores know it
     * @param node which has its stream
     */
    public record Named(String id, String key, String node) {}

    /** Hears what other nodes say about connections that are here. Called by one thread, in order; must not block. */
    public interface Listener {
        /**
         * Something to say on a connection.
         *
         * @param slack what the sender said may become of it
         */
        void message(String connection, byte slack, String replaceKey, byte[] message);

        /** A client has sent initialize. */
        void begun(String connection, String sessionId);
    }

    SharedConnections(Redis redis, Bus bus, MasterKey key, SessionLimits limits) {
        this.redis = redis;
        this.bus = bus;
        this.ids = key.sealer("sse-connection-id/1");
        this.sealer = key.sealer("sse-connection/1");
        this.liveSeconds = limits.lifeSeconds();
    }

    /** Called once, before the first connection. */
    public void listen(Listener listener) {
        bus.listen(TOPIC, words -> hear(ByteBuffer.wrap(words.bytes()), listener));
    }

    private static void hear(ByteBuffer words, Listener listener) {
        byte kind = words.get();
        String connection = text(words);
        if (kind == BEGUN) {
            listener.begun(connection, text(words));
        } else {
            byte slack = words.get();
            String replaceKey = text(words);
            byte[] message = new byte[words.remaining()];
            words.get(message);
            listener.message(connection, slack, replaceKey, message);
        }
    }

    private static String text(ByteBuffer words) {
        byte[] text = new byte[words.getShort()];
        words.get(text);
        return new String(text, UTF_8);
    }

    /** A name for a connection that opens here. */
    public Named name(Session.Owner owner) {
        byte[] key = Randoms.bytes(KEY_BYTES);
        byte[] plain = ByteBuffer.allocate(PLAIN_BYTES)
                .put(FORMAT)
                .put(key)
                .put(node(bus.node()))
                .array();
        String id = Base64Url.encode(ids.seal(plain, SessionId.context(owner)));
        return new Named(id, Base64Url.encode(key), bus.node());
    }

    private static byte[] node(String name) {
        byte[] bytes = Base64Url.decode(name, CHARS);
        if (bytes == null || bytes.length != KEY_BYTES) {
            throw new IllegalStateException("a node's name is 16 bytes of base64url");
        }
        return bytes;
    }

    /** @return what an id says; null if it is none of ours, or not this owner's (H-152) */
    public @Nullable Named read(String id, Session.Owner owner) {
        byte[] sealed = id.length() == CHARS ? Base64Url.decode(id, CHARS) : null;
        byte[] plain = sealed == null ? null : ids.open(sealed, SessionId.context(owner));
        if (plain == null || plain.length != PLAIN_BYTES || plain[0] != FORMAT) {
            return null;
        }
        return new Named(
                id,
                Base64Url.encode(Arrays.copyOfRange(plain, 1, 1 + KEY_BYTES)),
                Base64Url.encode(Arrays.copyOfRange(plain, 1 + KEY_BYTES, PLAIN_BYTES)));
    }

    /** Whether its stream is here. */
    public boolean isHere(Named connection) {
        return connection.node().equals(bus.node());
    }

    /** Whether the node that has its stream may be there. Does not block. */
    public boolean mayLive(Named connection) {
        return bus.mayLive(connection.node());
    }

    /**
     * A stream opens here. Blocks.
     *
     * @throws dev.portcullis.store.StoreException it cannot be made known now
     */
    public void opened(Named connection) {
        redis.await(redis.commands().set(key(connection.key()), new byte[0], SetArgs.Builder.ex(liveSeconds)));
    }

    /**
     * The session of a connection. Blocks.
     *
     * @return its id; empty before initialize; null if there is no such connection
     */
    public @Nullable String session(Named connection) {
        byte[] value = redis.await(redis.commands().get(key(connection.key())));
        return value == null ? null : open(connection.key(), value);
    }

    /**
     * Its client has sent initialize. Blocks.
     *
     * @return whether it is the first time
     */
    public boolean begin(Named connection, Session session) {
        byte[] sealed =
                sealer.seal(session.id().getBytes(UTF_8), connection.key().getBytes(UTF_8));
        var before = run(connection.key(), "begin".getBytes(UTF_8), sealed);
        return !before.isEmpty() && ((byte[]) before.getFirst()).length == 0;
    }

    /**
     * The stream has closed. Blocks.
     *
     * @return the id of its session; null if it had none
     */
    public @Nullable String closed(Named connection) {
        var before = run(connection.key(), "close".getBytes(UTF_8), new byte[0]);
        String session = before.isEmpty() ? null : open(connection.key(), (byte[]) before.getFirst());
        return session == null || session.isEmpty() ? null : session;
    }

    private List<Object> run(String connection, byte[] op, byte[] sealed) {
        return redis.run(CONNECTION, new byte[][] {key(connection)}, op, sealed);
    }

    private @Nullable String open(String connection, byte[] sealed) {
        byte[] plain = sealed.length == 0 ? sealed : sealer.open(sealed, connection.getBytes(UTF_8));
        return plain == null ? null : new String(plain, UTF_8);
    }

    /**
     * Has something said on a connection by the node that has it. Does not block.
     *
     * @return false if it will not arrive
     */
    public boolean send(Named connection, byte slack, String replaceKey, byte[] message) {
        byte[] name = connection.key().getBytes(UTF_8);
        byte[] replaced = replaceKey.getBytes(UTF_8);
        byte[] words = ByteBuffer.allocate(6 + name.length + replaced.length + message.length)
                .put(MESSAGE)
                .putShort((short) name.length)
                .put(name)
                .put(slack)
                .putShort((short) replaced.length)
                .put(replaced)
                .put(message)
                .array();
        return bus.mayLive(connection.node()) && bus.post(connection.node(), TOPIC, words);
    }

    /** Says which session a connection has now, behind what was sent on it before. Does not block. */
    public void begun(Named connection, Session session) {
        byte[] name = connection.key().getBytes(UTF_8);
        byte[] id = session.id().getBytes(UTF_8);
        byte[] words = ByteBuffer.allocate(5 + name.length + id.length)
                .put(BEGUN)
                .putShort((short) name.length)
                .put(name)
                .putShort((short) id.length)
                .put(id)
                .array();
        bus.post(connection.node(), TOPIC, words);
    }

    private byte[] key(String connection) {
        return redis.key("c", "{" + connection + "}");
    }
}
