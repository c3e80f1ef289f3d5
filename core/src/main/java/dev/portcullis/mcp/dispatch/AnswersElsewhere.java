package dev.portcullis.mcp.dispatch;

import dev.portcullis.cluster.Bus;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.session.Session;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Brings the answers to our requests to the nodes whose calls wait for them (H-113): a client's answer is a message of its own, which may come to any node. Words on topic
 * {@code answer}, format 1: format (1 byte), 1 for a refusal and 0 for an answer (1), id (8), length of the session's key (1), the key, the JSON of the result or the error. Any
 * thread.
 */
final class AnswersElsewhere {
    /** What is said to all is kept a while, whoever wants it: more than this is said to one node alone, or not at all. */
    private static final int TOLD_ALL_BYTES_MAX = 4 * 1024;

    /** A node that serves is known to the others after this, with a margin. */
    private static final int KNOWN_MILLIS = 1_500;

    private static final int LOOK_MILLIS = 100;
    private static final String TOPIC = "answer";
    private static final byte FORMAT = 1;
    private static final int HEAD_BYTES = 1 + 1 + Long.BYTES + 1;

    private final Bus bus;
    private final SessionAsker asker;
    private final QuestionIds ids;

    AnswersElsewhere(Bus bus, SessionAsker asker) {
        this.bus = bus;
        this.asker = asker;
        this.ids = asker.open().ids();
        bus.listen(TOPIC, words -> heard(ByteBuffer.wrap(words.bytes())));
    }

    /** @return whether another node may wait for the answer to this; nobody else does if no node has ever asked it of this session (T-35) */
    boolean mayBeAwaited(JsonRpcId id, Session session) {
        if (bus.isAlone()) {
            return false;
        }
        int tag = ids.tagOf(id, session.key());
        return tag >= 0 && (!ids.isOwn(tag) || !others(tag).isEmpty());
    }

    /** As {@link McpDispatcher#route(JsonRpcMessage.Response, Session)}. */
    void route(JsonRpcMessage.Response response, Session session) {
        route(session, response.id(), false, response.result());
    }

    void route(JsonRpcMessage.ErrorResponse response, Session session) {
        if (response.id() != null) {
            route(session, response.id(), true, response.error());
        }
    }

    private void route(Session session, JsonRpcId id, boolean isRefusal, RawJson json) {
        if (!(id instanceof JsonRpcId.Int(long number)) || !mayBeAwaited(id, session)) {
            return;
        }
        byte[] words = words(session.key(), number, isRefusal, json);
        int tag = ids.tagOf(id, session.key());
        boolean isForOneAlone = words.length > TOLD_ALL_BYTES_MAX;
        var others = isForOneAlone ? awaitOthers(tag) : others(tag);
        others.forEach(node -> bus.tell(node, TOPIC, words));
        if (others.isEmpty() && !isForOneAlone) {
            bus.tellAll(TOPIC, words); // it has asked and is not known yet, or has gone
        }
    }

    /** @return nodes that this may be for, waited for as long as a new one may be unknown here; none: it has gone */
    private List<String> awaitOthers(int tag) {
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(KNOWN_MILLIS);
        var others = others(tag);
        while (others.isEmpty() && System.nanoTime() < endNanos) {
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return List.of();
            }
            others = others(tag);
        }
        return others;
    }

    private List<String> others(int tag) {
        return bus.nodes().stream()
                .filter(node -> QuestionIds.tagOf(node) == tag && !node.equals(bus.node()))
                .toList();
    }

    private static byte[] words(String sessionKey, long id, boolean isRefusal, RawJson json) {
        byte[] key = sessionKey.getBytes(StandardCharsets.US_ASCII);
        byte[] text = json.text().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(HEAD_BYTES + key.length + text.length)
                .put(FORMAT)
                .put((byte) (isRefusal ? 1 : 0))
                .putLong(id)
                .put((byte) key.length)
                .put(key)
                .put(text)
                .array();
    }

    private void heard(ByteBuffer words) {
        if (words.get() != FORMAT) {
            return; // a newer node's: as if it had been lost
        }
        boolean isRefusal = words.get() == 1;
        var id = new JsonRpcId.Int(words.getLong());
        byte[] key = new byte[words.get()];
        words.get(key);
        String sessionKey = new String(key, StandardCharsets.US_ASCII);
        byte[] text = new byte[words.remaining()];
        words.get(text);
        var json = RawJson.ofChecked(text, 0, text.length);
        if (isRefusal) {
            asker.refused(sessionKey, new JsonRpcMessage.ErrorResponse(id, json));
        } else {
            asker.answered(sessionKey, new JsonRpcMessage.Response(id, json));
        }
    }
}
