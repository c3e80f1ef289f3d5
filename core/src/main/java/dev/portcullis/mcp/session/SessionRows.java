package dev.portcullis.mcp.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.identity.Person;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.Script;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Redis keeps of sessions, their streams aside. Any thread; everything blocks, and throws {@link dev.portcullis.store.StoreException}. Keys and formats stand in
 * STORAGE.md.
 */
final class SessionRows {
    private static final Script SESSION = Script.of(SessionRows.class, "session.lua");
    private static final Script PERSON = Script.of(SessionRows.class, "person.lua");

    /** So much later than a session was last used it may be said to have been: its nodes write that down once a minute. */
    static final int USE_SECONDS = 60;

    /** How long the hash outlives the longest rest: who comes then is told by the mark that it was. */
    private static final int KEPT_SECONDS = 10 * 60;

    private static final int FIELD_CHARS = 22;

    private final Redis redis;
    private final SessionLimits limits;
    private final InstantSource clock;
    private final Sealer sealer;
    private final KeyedHash fields;
    private final KeyedHash persons;

    /** What is remembered of a session. */
    sealed interface Row {
        /** It has ended. */
        record Ended() implements Row {}

        /** It follows too many resources. */
        record Full() implements Row {}

        /** There is nothing. */
        record None() implements Row {}

        /**
         * Something.
         *
         * @param isNew whether there was nothing before
         * @param version grows with each change
         * @param usedMillis when it was used last, give or take {@link #USE_SECONDS}
         * @param place among the words to all, up to where its standalone stream has been read; empty if it never had one
         * @param level null until the client said
         * @param uris what it follows
         */
        record Live(
                boolean isNew,
                long version,
                long usedMillis,
                String place,
                @Nullable LogLevel level,
                Set<String> uris) implements Row {}
    }

    SessionRows(Redis redis, MasterKey key, SessionLimits limits, InstantSource clock) {
        this.redis = redis;
        this.limits = limits;
        this.clock = clock;
        this.sealer = key.sealer("session-state/1");
        this.fields = key.keyedHash("session-uri/1");
        this.persons = key.keyedHash("session-person/1");
    }

    /** Counts as a use. */
    Row load(Session session) {
        return run(session, "load");
    }

    /** Notes that it was used, if there is anything that rests. */
    Row used(Session session) {
        return run(session, "use");
    }

    void end(Session session) {
        run(session, "end");
        // should it fail, it counts for as long as a rest takes
        var _ = redis.commands().zrem(ofPerson(session), ascii(session.key()));
    }

    /** Ends a session of which only the key is known. */
    void end(String session) {
        run(session, limits.lifeSeconds(), "end");
    }

    Row setLevel(Session session, LogLevel level) {
        return run(session, "level", seal(session, "level", level.text()));
    }

    /** @param place from where its standalone stream goes on, if it never had one */
    Row follow(Session session, String uri, String place) {
        return run(
                session,
                "follow",
                ascii(field(fields.of(uri.getBytes(UTF_8)))),
                seal(session, "uri", uri),
                number(limits.subscriptionsMax()),
                ascii(place));
    }

    Row unfollow(Session session, String uri) {
        byte[][] names = fields.allOf(uri.getBytes(UTF_8)).stream()
                .map(hash -> ascii(field(hash)))
                .toArray(byte[][]::new);
        return run(session, "unfollow", names);
    }

    private static String field(byte[] hash) {
        return "s:" + Base64Url.encode(hash).substring(0, FIELD_CHARS);
    }

    /**
     * A connection reads the standalone stream.
     *
     * @param place from where, if there never was one
     */
    Row hear(Session session, String place) {
        return run(session, "hear", ascii(place));
    }

    /** Notes up to where the standalone stream has been read. */
    Row read(Session session, String place) {
        return run(session, "read", ascii(place));
    }

    /**
     * Counts a session of which something is remembered, or was used.
     *
     * @return keys of this person's that are too many, longest resting first
     */
    List<String> count(Session session) {
        return redis
                .run(
                        PERSON,
                        new byte[][] {ofPerson(session)},
                        ascii(session.key()),
                        number(clock.millis()),
                        number(restMillis()),
                        number(limits.rememberedPerPersonMax()),
                        number(restMillis() / 1_000))
                .stream()
                .map(SessionRows::text)
                .toList();
    }

    private byte[] ofPerson(Session session) {
        var person = new Person(session.owner().issuer(), session.owner().subject());
        String name = person.issuer().length() + ":" + person.issuer() + person.subject();
        return redis.key("s", "{" + persons.base64Url(name).substring(0, FIELD_CHARS) + "}", "of");
    }

    /** How long a rest may be, as far as Redis knows of it. */
    long restMillis() {
        return (limits.idleSeconds() + USE_SECONDS) * 1_000L;
    }

    private Row run(Session session, String op, byte[]... arguments) {
        long liveSeconds = Math.max(1, session.expiresAtSeconds() - clock.millis() / 1_000);
        return row(session, run(session.key(), liveSeconds, op, arguments));
    }

    private List<Object> run(String session, long liveSeconds, String op, byte[]... arguments) {
        byte[][] fixed = {
            ascii(op),
            number(clock.millis()),
            number(restMillis()),
            number(restMillis() / 1_000 + KEPT_SECONDS),
            number(liveSeconds + KEPT_SECONDS)
        };
        byte[][] all = Arrays.copyOf(fixed, fixed.length + arguments.length);
        System.arraycopy(arguments, 0, all, fixed.length, arguments.length);
        return redis.run(SESSION, new byte[][] {hash(session), markOf(redis, session)}, all);
    }

    private Row row(Session session, List<Object> answer) {
        return switch (text(answer.getFirst())) {
            case "ended" -> new Row.Ended();
            case "full" -> new Row.Full();
            case "none" -> new Row.None();
            default -> live(session, answer);
        };
    }

    private Row.Live live(Session session, List<Object> answer) {
        var uris = new LinkedHashSet<String>();
        for (Object sealed : answer.subList(6, answer.size())) {
            String uri = open(session, "uri", (byte[]) sealed);
            if (uri != null) {
                uris.add(uri);
            }
        }
        byte[] level = (byte[]) answer.get(5);
        String name = level.length == 0 ? null : open(session, "level", level);
        return new Row.Live(
                (Long) answer.get(1) == 1,
                Long.parseLong(text(answer.get(2))),
                Long.parseLong(text(answer.get(3))),
                text(answer.get(4)),
                name == null ? null : LogLevel.of(name),
                Set.copyOf(uris));
    }

    private byte[] hash(String session) {
        return redis.key("s", "{" + session + "}");
    }

    static byte[] markOf(Redis redis, String session) {
        return redis.key("s", "{" + session + "}", "mark");
    }

    private byte[] seal(Session session, String what, String value) {
        return sealer.seal(value.getBytes(UTF_8), context(session, what));
    }

    /** @return null if it was sealed with a key that is not named any more */
    private @Nullable String open(Session session, String what, byte[] sealed) {
        byte[] plain = sealer.open(sealed, context(session, what));
        return plain == null ? null : new String(plain, UTF_8);
    }

    private static byte[] context(Session session, String what) {
        return (session.key() + " " + what).getBytes(UTF_8);
    }

    static byte[] ascii(String text) {
        return text.getBytes(UTF_8);
    }

    static byte[] number(long value) {
        return ascii(Long.toString(value));
    }

    static String text(Object answered) {
        return new String((byte[]) answered, UTF_8);
    }
}
