package dev.portcullis.mcp.dispatch;

import dev.portcullis.cluster.Bus;
import dev.portcullis.json.Json;
import dev.portcullis.json.JsonException;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.session.Session;
import java.nio.charset.StandardCharsets;

/**
 * Withdraws calls that run on other nodes: a cancellation, and the end of a session, may come to any (H-115, H-105). Both are words to all, since nobody knows who has the
 * call; where it is not, nothing happens. Topics {@code cancel}: a JSON array of the session's key and the request's id, and {@code calls-ended}: the session's key. Any thread.
 */
final class CallsElsewhere {
    private static final String CANCEL = "cancel";
    private static final String ENDED = "calls-ended";

    private final Bus bus;
    private final InFlight inFlight;

    CallsElsewhere(Bus bus, InFlight inFlight) {
        this.bus = bus;
        this.inFlight = inFlight;
        bus.listen(CANCEL, words -> cancelled(words.bytes()));
        bus.listen(ENDED, words -> ended(new String(words.bytes(), StandardCharsets.US_ASCII)));
    }

    /** Does not block: whoever cancels is not told what becomes of it, and a word that is lost lets a call go on for nobody, within its time. */
    void cancel(Session session, JsonRpcId id) {
        if (bus.isAlone()) {
            return;
        }
        try (var out = JsonWriter.take()) {
            out.beginArray().string(session.key());
            id.writeTo(out);
            bus.postAll(CANCEL, out.endArray().toBytes());
        }
    }

    private void cancelled(byte[] words) {
        var cursor = read(words).cursor();
        cursor.enterArray();
        cursor.nextElement();
        String sessionKey = cursor.string();
        cursor.nextElement();
        var id = JsonRpcId.of(cursor.slice());
        var request = id == null ? null : inFlight.find(sessionKey, id);
        if (request != null) {
            request.withdraw();
        }
    }

    private static RawJson read(byte[] words) {
        try {
            return Json.parse(words);
        } catch (JsonException e) {
            throw new IllegalStateException("a node said what is no JSON", e);
        }
    }

    /** Does not block. */
    void end(Session session) {
        if (!bus.isAlone()) {
            bus.postAll(ENDED, session.key().getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void ended(String sessionKey) {
        inFlight.of(sessionKey).forEach(Withdrawable::withdraw);
    }
}
