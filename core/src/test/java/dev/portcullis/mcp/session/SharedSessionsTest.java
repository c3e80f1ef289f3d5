package dev.portcullis.mcp.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.session.Attachment.Attached;
import dev.portcullis.mcp.session.SessionStoreContract.Connection;
import dev.portcullis.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only several nodes can come to: some die, Redis is away, words are missed. H-105, H-115, H-122, H-125, T-31, T-113. */
@Timeout(120)
class SharedSessionsTest {
    private static final Principal ADA = SessionStoreContract.person("ada");
    private static final AtomicInteger LAST_KEY = new AtomicInteger();

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final RedisNodes cluster = new RedisNodes(3, SessionStoreContract.LIMITS, now::get);
    private final RedisSessionStore first = cluster.stores.get(0);
    private final RedisSessionStore second = cluster.stores.get(1);
    private final RedisSessionStore third = cluster.stores.get(2);

    @AfterEach
    void stop() {
        cluster.close();
    }

    private Session open() {
        String key = "shared-key-" + LAST_KEY.incrementAndGet();
        var session = new Session(
                "id of " + key,
                key,
                ProtocolVersion.V2025_11_25,
                ClientCapabilities.NONE,
                now.get().getEpochSecond() + 86_400,
                Session.Owner.of(ADA));
        first.opened(session);
        return session;
    }

    private static void await(BooleanSupplier condition) {
        SessionStoreContract.await(condition);
    }

    private static SessionStream stream(RedisSessionStore node, Session session, int... requests) {
        var ids = Arrays.stream(requests)
                .mapToObj(id -> (JsonRpcId) new JsonRpcId.Int(id))
                .toList();
        var stream = node.openStream(session, Scopes.NONE, ids);
        assertThat(stream).isNotNull();
        return stream;
    }

    private static Connection attach(RedisSessionStore node, Session session, String after) {
        return SessionStoreContract.attach(node, session, ADA, after);
    }

    private static Connection standalone(RedisSessionStore node, Session session) {
        return SessionStoreContract.attach(node, session, ADA, null);
    }

    /** @return who reads the stream where its call runs, and has got {@code one} */
    private static Connection readingOne(SessionStream stream) {
        var connection = Connection.on(stream.read());
        add(stream, "one");
        connection.awaitGot("one");
        return connection;
    }

    private static void add(SessionStream stream, String message) {
        SessionStoreContract.add(stream, message);
    }

    // H-115: whoever waits for a call whose node was killed is answered, and goes on from what they have
    @Test
    void attachWhenWriterIsKilledThenRequestIsAnsweredWithAnError() {
        var session = open();
        var stream = stream(first, session, 42);
        var connection = readingOne(stream);
        String id = connection.ids.getFirst();
        var waiting = attach(second, session, SessionStoreContract.before(id, 0));
        waiting.awaitGot("one");
        cluster.kill(0);
        waiting.awaitEnd();
        assertThat(waiting.got).hasSize(2).last().asString().contains("\"id\":42,\"error\":{\"code\":-32603");
        var later = attach(third, session, id);
        later.awaitEnd();
        assertThat(later.got).hasSize(1).first().asString().contains("\"id\":42,\"error\"");
    }

    // H-122: an event that its client has, and Redis never got
    @Test
    void attachWhenEventNeverArrivedAndWriterIsGoneThenEndsBehindIt() {
        var session = open();
        var stream = stream(first, session, 7);
        var connection = readingOne(stream);
        awaitCopied(session, connection.ids.getFirst());
        cluster.kill(0);
        add(stream, "two");
        connection.awaitGot("one", "two");
        var later = attach(second, session, connection.ids.getLast());
        later.awaitEnd();
        assertThat(later.got).hasSize(1).first().asString().contains("\"id\":7,\"error\"");
        assertThat(later.ids.getFirst()).endsWith("-3");
    }

    /** Redis has this event. */
    private void awaitCopied(Session session, String id) {
        int hyphen = id.indexOf('-');
        String key = "portcullis:s:{" + session.key() + "}:stream:" + id.substring(0, hyphen);
        await(() -> cluster.server.ask("HGET", key, "n").equals(id.substring(hyphen + 1)));
    }

    // H-111: of a batch only what has not been answered
    @Test
    void attachWhenWriterOfABatchIsKilledThenTheRestIsAnswered() {
        var session = open();
        var stream = stream(first, session, 1, 2, 3);
        var connection = Connection.on(stream.read());
        add(stream, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
        add(stream, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"roots/list\"}");
        await(() -> connection.got.size() == 2);
        awaitCopied(session, connection.ids.getLast());
        cluster.kill(0);
        var later = attach(second, session, connection.ids.getLast());
        later.awaitEnd();
        assertThat(later.got).hasSize(2);
        assertThat(later.got.get(0)).contains("\"id\":1,\"error\"");
        assertThat(later.got.get(1)).contains("\"id\":3,\"error\"");
    }

    // H-114: the word of an earlier reader may arrive at any moment while a later one comes
    @Test
    void attachWhenWordOfAnEarlierReaderArrivesThenTheLaterOneGoesOn() {
        var session = open();
        var stream = stream(first, session, 7);
        var connection = readingOne(stream);
        String zero = SessionStoreContract.before(connection.ids.getFirst(), 0);
        for (int i = 0; i < 500; i++) {
            attach(second, session, zero).close();
            var here = attach(first, session, zero);
            here.awaitGot("one");
            assertThat(here.ends).hasValue(0);
            here.close();
        }
    }

    // H-114: whoever came before the node that runs the call could hear of it
    @Test
    void attachWhenNodeHasNotHeardOfTheEarlierReaderThenThatOneEnds() {
        var session = open();
        var stream = stream(first, session, 7);
        var connection = readingOne(stream);
        String zero = SessionStoreContract.before(connection.ids.getFirst(), 0);
        var unplug = cluster.bus(0).plugEars();
        var earlier = attach(second, session, zero);
        earlier.awaitGot("one");
        var later = attach(first, session, zero);
        unplug.run();
        earlier.awaitEnd();
        add(stream, "two");
        later.awaitGot("one", "two");
        assertThat(earlier.got).containsExactly("one");
    }

    // H-114: the word to an earlier reader ends none that came after it
    @Test
    void attachWhenWordToAnEarlierReaderIsLateThenTheLatestGoesOn() {
        var session = open();
        var stream = stream(first, session, 7);
        var connection = readingOne(stream);
        String zero = SessionStoreContract.before(connection.ids.getFirst(), 0);
        var earlier = attach(second, session, zero);
        earlier.awaitGot("one");
        connection.awaitEnd(); // its node knows who reads now
        var send = cluster.bus(0).holdWords();
        var between = attach(first, session, zero);
        between.awaitGot("one");
        var latest = attach(second, session, zero);
        latest.awaitGot("one");
        between.awaitEnd();
        earlier.awaitEnd();
        send.run();
        add(stream, "two");
        latest.awaitGot("one", "two");
    }

    // a call that has begun before its node hears of a level goes by that level as soon as it does
    @Test
    void logLevelWhenSetOnAnotherNodeThenIsKnownWithoutAnotherRequest() {
        var session = open();
        assertThat(SessionStoreContract.request(second, session)).isTrue();
        assertThat(third.setLogLevel(session, LogLevel.DEBUG)).isTrue();
        await(() -> first.logLevel(session) == LogLevel.DEBUG && second.logLevel(session) == LogLevel.DEBUG);
    }

    // H-105, H-131: the client's next request goes by what has been acknowledged, whichever node it comes to
    @Test
    void changeWhenAcknowledgedThenIsKnownToAllNodes() throws Exception {
        var session = open();
        assertNotStale(
                session,
                () -> first.setLogLevel(session, LogLevel.DEBUG),
                () -> second.knows(session) && second.logLevel(session) != LogLevel.DEBUG);
        assertNotStale(session, () -> first.end(session), () -> second.use(session));
    }

    /** @param isStale asked as soon as the change has been acknowledged */
    private void assertNotStale(Session session, Runnable change, BooleanSupplier isStale) throws Exception {
        assertThat(SessionStoreContract.request(second, session)).isTrue();
        assertThat(isStale.getAsBoolean()).as("what there is to change").isTrue();
        int asked = questions();
        var listen = cluster.bus(1).plugEars();

        var acknowledged = CompletableFuture.supplyAsync(() -> {
            change.run();
            return isStale.getAsBoolean();
        });
        await(() -> questions() > asked); // whether the others have heard of it
        listen.run();

        assertThat(acknowledged.get()).as("stale").isFalse();
    }

    private int questions() {
        return Objects.requireNonNull(cluster.bus(0).since("0", "heard")).size();
    }

    // H-125: letting go of a connection reaches whichever node has it
    @Test
    void letGoWhenReadElsewhereThenThatConnectionIsLetGo() {
        var session = open();
        var stream = stream(first, session, 7);
        var connection = readingOne(stream);
        var elsewhere = attach(second, session, SessionStoreContract.before(connection.ids.getFirst(), 0));
        elsewhere.awaitGot("one");
        connection.awaitEnd();
        await(() -> {
            stream.letGo(300);
            return elsewhere.ends.get() == 1;
        });
        assertThat(elsewhere.got).containsExactly("one", "come back in 300 from null");
        var back = attach(third, session, elsewhere.ids.getLast());
        stream.finish(SessionStoreContract.bytes("two"));
        back.awaitGot("two");
        back.awaitEnd();
    }

    // H-115, T-112: Redis is away for a while; what is read where it is written goes on, elsewhere 503, and later all
    // is there
    @Test
    void streamWhenRedisIsAwayThenGoesOnHereAndIsMadeUpForElsewhere() {
        var session = open();
        var stream = stream(first, session, 7);
        var connection = readingOne(stream);
        String zero = SessionStoreContract.before(connection.ids.getFirst(), 0);
        SessionStoreContract.request(second, session);
        cluster.server.stop();
        try {
            add(stream, "two");
            connection.awaitGot("one", "two");
            assertThatThrownBy(() -> second.attach(session, ADA, zero)).isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> second.learn(open())).isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> second.setLogLevel(session, LogLevel.DEBUG))
                    .isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> second.end(session)).isInstanceOf(StoreException.class);
        } finally {
            cluster.server.go();
        }
        await(() -> {
            try {
                SessionStoreContract.request(third, session);
                return second.attach(session, ADA, connection.ids.getLast()) instanceof Attached;
            } catch (StoreException notYet) {
                return false;
            }
        });
        var elsewhere = attach(third, session, zero);
        stream.finish(SessionStoreContract.bytes("three"));
        elsewhere.awaitGot("one", "two", "three");
        elsewhere.awaitEnd();
        assertThat(second.sizes().get(4)).isLessThanOrEqualTo(1); // places are given back
    }

    // Redis has lost what is of sessions: what is still known is written again
    @Test
    void streamWhenRedisHasForgottenAllThenIsWrittenAgain() {
        var session = open();
        var stream = stream(first, session, 7);
        var connection = readingOne(stream);
        awaitCopied(session, connection.ids.getFirst());
        cluster.server.deleteAllButMarks();
        stream.finish(SessionStoreContract.bytes("two"));
        var elsewhere = attach(second, session, SessionStoreContract.before(connection.ids.getFirst(), 0));
        elsewhere.awaitGot("one", "two");
        elsewhere.awaitEnd();
    }

    // H-122: too long ago to say what was missed
    @Test
    void attachWhenWordsAreNotKeptThenAllMayHaveChanged() {
        var session = open();
        assertThat(second.subscribe(session, ADA, "test://x")).isTrue();
        var connection = standalone(first, session);
        cluster.announce(null, "tools", "one");
        connection.awaitGot("one");
        connection.close();
        cluster.announce(null, "prompts", "lost");
        cluster.buses.forgetWords();
        var again = attach(second, session, connection.ids.getLast());
        again.awaitGot("tools?", "prompts?", "test://x?");
        assertThat(again.ids).doesNotHaveDuplicates();
        cluster.announce(null, "tools", "two");
        again.awaitGot("tools?", "prompts?", "test://x?", "two");
        var half = attach(third, session, again.ids.getFirst()); // it may have lost the others
        half.awaitGot("tools?", "prompts?", "test://x?");
        var whole = attach(third, session, again.ids.get(2));
        whole.awaitGot("two");
    }

    // words that were missed are made up for, to who reads and in what is known
    @Test
    void missedWhenWordsWereNotHeardThenLooksThemUp() {
        var session = open();
        var connection = standalone(second, session);
        assertThat(first.setLogLevel(session, LogLevel.DEBUG)).isTrue();
        cluster.announce(null, "tools", "one");
        connection.awaitGot("one");
        cluster.bus(1).miss();
        await(() -> {
            SessionStoreContract.request(second, session);
            return second.logLevel(session) == LogLevel.DEBUG;
        });
        cluster.announce(null, "tools", "two");
        connection.awaitGot("one", "two");
        assertThat(connection.ends).hasValue(0);
    }

    // H-105: a node that comes later knows who has ended, for as long as they would have lived
    @Test
    void learnWhenNodeIsNewThenEndedStaysEndedAndTheRestIsKnown() {
        var ended = open();
        var live = open();
        assertThat(first.setLogLevel(live, LogLevel.DEBUG)).isTrue();
        second.end(ended);
        var fresh = cluster.start();
        assertThat(fresh.knows(ended)).isFalse();
        assertThat(SessionStoreContract.request(fresh, ended)).isFalse();
        assertThat(fresh.knows(ended)).isTrue();
        assertThat(SessionStoreContract.request(fresh, live)).isTrue();
        assertThat(fresh.logLevel(live)).isEqualTo(LogLevel.DEBUG);
        String ttl = cluster.server.ask("TTL", "portcullis:s:{" + ended.key() + "}:mark");
        assertThat(Long.parseLong(ttl)).isBetween(86_000L, 88_000L);
    }

    // H-107: however many requests there are, each node writes one use a minute
    @Test
    void useWhenOftenThenWritesOnceAMinute() {
        var session = open();
        assertThat(first.setLogLevel(session, LogLevel.DEBUG)).isTrue();
        long before = calls();
        for (int i = 0; i < 10_000; i++) {
            assertThat(first.use(session)).isTrue();
        }
        assertThat(calls()).isEqualTo(before);
        now.set(now.get().plusSeconds(61));
        for (int i = 0; i < 1_000; i++) {
            assertThat(first.use(session)).isTrue();
        }
        await(() -> calls() > before);
        assertThat(calls() - before).isLessThanOrEqualTo(2); // the use, and its person's count
    }

    private long calls() {
        String stats = cluster.server.info("cmdstat_evalsha");
        return stats == null ? 0 : Long.parseLong(stats.replaceAll("^calls=([0-9]+).*", "$1"));
    }

    // all keys end by themselves, and nobody who reads Redis learns what was said
    @Test
    void keysWhenLookedAtThenAllEndAndNothingIsPlain() {
        var session = open();
        assertThat(first.subscribe(session, ADA, "test://secret-resource")).isTrue();
        assertThat(first.setLogLevel(session, LogLevel.DEBUG)).isTrue();
        var stream = stream(first, session, 7);
        var connection = Connection.on(stream.read());
        add(stream, "secret-message");
        connection.awaitGot("secret-message");
        awaitCopied(session, connection.ids.getFirst());
        var name = first.connections().name(Session.Owner.of(ADA));
        first.connections().opened(name);
        assertThat(first.connections().begin(name, session)).isTrue();
        var keys = new ArrayList<>(List.of(cluster.server.ask("KEYS", "*").split("\n")));
        assertThat(keys.remove("portcullis:mark")).isTrue(); // the one that stays
        assertThat(keys).hasSizeGreaterThanOrEqualTo(6);
        for (String key : keys) {
            assertThat(Long.parseLong(cluster.server.ask("TTL", key))).as(key).isPositive();
            assertThat(cluster.server.ask("DUMP", key))
                    .as(key)
                    .doesNotContain("secret")
                    .doesNotContain("ada")
                    .doesNotContain(session.id());
        }
    }

    // H-150 to H-152: what nodes share of HTTP+SSE
    @Test
    void connectionsWhenPostedToAnotherNodeThenKnownAndHeard() {
        var here = first.connections();
        var there = second.connections();
        var heard = new CopyOnWriteArrayList<String>();
        here.listen(new SharedConnections.Listener() {
            @Override
            public void message(String connection, byte slack, String replaceKey, byte[] message) {
                heard.add((char) slack + replaceKey + " " + new String(message, StandardCharsets.UTF_8));
            }

            @Override
            public void begun(String connection, String sessionId) {
                heard.add("begun " + sessionId);
            }
        });
        var name = here.name(Session.Owner.of(ADA));
        assertThat(there.session(name)).isNull();
        here.opened(name);
        var found = there.read(name.id(), Session.Owner.of(ADA));
        assertThat(found).isEqualTo(name);
        assertThat(there.read(name.id(), Session.Owner.of(SessionStoreContract.person("bob"))))
                .isNull();
        assertThat(there.read(name.id().substring(1) + "A", Session.Owner.of(ADA)))
                .isNull();
        assertThat(there.isHere(name)).isFalse();
        assertThat(here.isHere(name)).isTrue();
        assertThat(there.session(name)).isEmpty();
        var session = open();
        assertThat(there.begin(name, session)).isTrue();
        assertThat(here.begin(name, open())).isFalse(); // H-102, whichever node
        assertThat(here.session(name)).isEqualTo(session.id());
        for (int i = 0; i < 100; i++) {
            assertThat(there.send(name, (byte) 'N', "", SessionStoreContract.bytes("m" + i)))
                    .isTrue();
        }
        there.begun(name, session);
        await(() -> heard.size() == 101);
        assertThat(heard.getFirst()).isEqualTo("N m0");
        assertThat(heard.get(99)).isEqualTo("N m99");
        assertThat(heard.getLast()).isEqualTo("begun " + session.id());
        assertThat(here.closed(name)).isEqualTo(session.id());
        assertThat(there.session(name)).isNull();
        assertThat(there.begin(name, open())).isFalse();
        cluster.kill(0);
        assertThat(there.mayLive(name)).isFalse();
        assertThat(there.send(name, (byte) 'N', "", new byte[0])).isFalse();
    }

    // T-113
    @Test
    void endStreamsWhenNodeStopsThenReadersEndAndCallsGoOn() {
        var session = open();
        var stream = stream(first, session, 7);
        var connection = readingOne(stream);
        var elsewhere = attach(second, session, SessionStoreContract.before(connection.ids.getFirst(), 0));
        elsewhere.awaitGot("one");
        var standalone = standalone(second, session);
        second.endStreams();
        elsewhere.awaitEnd();
        standalone.awaitEnd();
        assertThat(second.attach(session, ADA, null)).isInstanceOf(Attachment.TooMany.class);
        stream.finish(SessionStoreContract.bytes("two"));
        attach(third, session, connection.ids.getFirst()).awaitGot("two");
        await(() -> second.sizes().subList(1, 5).equals(List.of(0, 0, 0, 0)));
    }

    // T-31, T-32: nothing is left behind
    @Test
    void sweepWhenSessionsAreAbandonedThenNothingIsLeft() {
        for (int i = 0; i < 300; i++) {
            var session = open();
            SessionStoreContract.request(second, session);
            switch (i % 3) {
                case 0 -> first.subscribe(session, SessionStoreContract.person("p" + i), "test://x");
                case 1 -> {
                    var stream = stream(second, session, i);
                    add(stream, "m");
                    stream.finish();
                }
                default -> standalone(third, session).close();
            }
        }
        now.set(now.get().plusSeconds(301));
        cluster.stores.forEach(SessionStore::sweep);
        now.set(now.get().plusSeconds(601));
        await(() -> {
            cluster.stores.forEach(SessionStore::sweep);
            return cluster.stores.stream().allMatch(store -> store.sizes().equals(List.of(0, 0, 0, 0, 0)));
        });
    }
}
