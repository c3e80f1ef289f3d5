package dev.portcullis.mcp.session;

import static dev.portcullis.mcp.session.SessionRows.ascii;
import static dev.portcullis.mcp.session.SessionRows.number;
import static dev.portcullis.mcp.session.SessionRows.text;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.identity.Scopes;
import dev.portcullis.json.Json;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.Script;
import dev.portcullis.store.StoreException;
import java.util.ArrayList;
import java.util.List;

/** What Redis keeps of calls' streams. Any thread; everything blocks, and throws {@link StoreException}. Keys and formats stand in STORAGE.md. */
final class StreamRows {
    private static final Script APPEND = Script.of(StreamRows.class, "append.lua");
    private static final Script READ = Script.reading(StreamRows.class, "read.lua");

    /** The same, by which somebody becomes the one who reads. */
    private static final Script TAKE = Script.of(StreamRows.class, "read.lua");

    private static final Script FINISH = Script.of(StreamRows.class, "finish.lua");

    /** How long a stream is kept whose node does not say that it is still open. */
    static final int OPEN_SECONDS = 10 * 60;

    private static final int EVENTS_AT_ONCE = 32;

    private final Redis redis;
    private final EventLimits limits;
    private final Sealer sealer;

    /**
     * Whose stream it is.
     *
     * @param node runs the call, and alone writes
     * @param scopes without which nobody reads on
     * @param requests ids of what it answers
     */
    record Writer(String node, Scopes scopes, List<JsonRpcId> requests) {}

    /** An event. */
    record Numbered(long number, byte[] message) {}

    /**
     * What is to be written.
     *
     * @param after the last number that is there
     * @param lost the last number that had to go
     * @param gone numbers that were there, and are of no use any more
     */
    record Batch(long after, long lost, boolean finished, List<Long> gone, List<Numbered> events) {}

    /** What came of writing. */
    sealed interface Written {
        /** @param reader who reads elsewhere, as it called itself; empty for nobody */
        record Done(String reader) implements Written {}

        /** Another number is the last. */
        record Behind(long last) implements Written {}

        /** The stream, or its session, was ended by others. */
        record Over() implements Written {}
    }

    /** How to look at a stream. */
    enum Look {
        /** As the one who reads. */
        READ("0"),
        /** To become the one who reads. */
        TAKE("1"),
        /** Without being one who reads. */
        ASIDE("2");

        private final String code;

        Look(String code) {
            this.code = code;
        }
    }

    /** What came of reading. */
    sealed interface Part {
        /** There is no such stream. */
        record Unknown() implements Part {}

        /** Somebody else reads it now. */
        record Taken() implements Part {}

        /**
         * Some events.
         *
         * @param last the last number of all
         * @param lost the last number that had to go
         */
        record Some(Writer writer, long last, long lost, boolean finished, List<Numbered> events) implements Part {}
    }

    StreamRows(Redis redis, MasterKey key, EventLimits limits) {
        this.redis = redis;
        this.limits = limits;
        this.sealer = key.sealer("session-stream/1");
    }

    Written append(String session, String name, Writer writer, Batch batch) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(number(batch.after()));
        arguments.add(number(batch.finished() ? limits.finishedSeconds() : OPEN_SECONDS));
        arguments.add(sealer.seal(write(writer), context(session, name, 0)));
        arguments.add(number(batch.lost()));
        arguments.add(ascii(batch.finished() ? "1" : "0"));
        arguments.add(number(limits.streamEventsMax()));
        arguments.add(number(batch.gone().size()));
        batch.gone().forEach(gone -> arguments.add(number(gone)));
        addAll(arguments, session, name, batch.events());
        byte[][] keys = {head(session, name), events(session, name), SessionRows.markOf(redis, session)};
        var answer = redis.run(APPEND, keys, arguments.toArray(byte[][]::new));
        return switch (text(answer.getFirst())) {
            case "ok" -> new Written.Done(text(answer.get(1)));
            case "behind" -> new Written.Behind((Long) answer.get(1));
            default -> new Written.Over();
        };
    }

    private void addAll(List<byte[]> arguments, String session, String name, List<Numbered> events) {
        for (var event : events) {
            arguments.add(number(event.number()));
            arguments.add(sealer.seal(event.message(), context(session, name, event.number())));
        }
    }

    /** @param reader who asks */
    Part read(String session, String name, long after, String reader, Look look) {
        byte[][] keys = {head(session, name), events(session, name)};
        var script = look == Look.TAKE ? TAKE : READ;
        var answer = redis.run(script, keys, number(after), number(EVENTS_AT_ONCE), ascii(reader), ascii(look.code));
        if (answer.isEmpty()) {
            return new Part.Unknown();
        }
        if (answer.size() == 1) {
            return new Part.Taken();
        }
        byte[] written = sealer.open((byte[]) answer.get(4), context(session, name, 0));
        if (written == null) {
            return new Part.Unknown();
        }
        var events = new ArrayList<Numbered>();
        for (int i = 5; i < answer.size(); i += 2) {
            long number = Long.parseLong(text(answer.get(i)));
            byte[] message = sealer.open((byte[]) answer.get(i + 1), context(session, name, number));
            if (message == null) {
                return new Part.Unknown();
            }
            events.add(new Numbered(number, message));
        }
        return new Part.Some(
                readWriter(written),
                Long.parseLong(text(answer.get(1))),
                Long.parseLong(text(answer.get(2))),
                text(answer.get(3)).equals("1"),
                events);
    }

    /**
     * Ends a stream in place of its node.
     *
     * @return false if it has been finished, or written on
     */
    boolean finish(String session, String name, long last, List<Numbered> events) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(number(last));
        arguments.add(number(limits.finishedSeconds()));
        addAll(arguments, session, name, events);
        byte[][] keys = {head(session, name), events(session, name)};
        return text(redis.run(FINISH, keys, arguments.toArray(byte[][]::new)).getFirst())
                .equals("ok");
    }

    void forget(String session, String name) {
        redis.await(redis.commands().unlink(head(session, name), events(session, name)));
    }

    private byte[] head(String session, String name) {
        return redis.key("s", "{" + session + "}", "stream", name);
    }

    private byte[] events(String session, String name) {
        return redis.key("s", "{" + session + "}", "stream", name, "events");
    }

    private static byte[] context(String session, String name, long number) {
        return (session + " " + name + " " + number).getBytes(UTF_8);
    }

    private static byte[] write(Writer writer) {
        try (var out = JsonWriter.take()) {
            out.beginObject().name("node").string(writer.node());
            out.name("scopes").string(writer.scopes().toString());
            out.name("requests").beginArray();
            writer.requests().forEach(id -> id.writeTo(out));
            out.endArray().endObject();
            return out.toBytes();
        }
    }

    private static Writer readWriter(byte[] json) {
        var cursor = Json.parse(json).cursor();
        String node = "";
        var scopes = Scopes.NONE;
        var requests = new ArrayList<JsonRpcId>();
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.nameIs("node")) {
                node = cursor.string();
            } else if (cursor.nameIs("scopes")) {
                scopes = Scopes.parse(cursor.string());
            } else {
                cursor.enterArray();
                while (cursor.nextElement()) {
                    RawJson id = cursor.slice();
                    var request = JsonRpcId.of(id);
                    if (request != null) {
                        requests.add(request);
                    }
                }
            }
        }
        return new Writer(node, scopes, requests);
    }
}
