package dev.portcullis.mcp.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.session.Attachment.Attached;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store of sessions does, on however many nodes: requests of one session land on any of them. H-105, H-107, H-113 to H-115, H-120 to H-123, H-131, H-132, T-32, T-34, T-41. */
abstract class SessionStoreContract {
    static final EventLimits EVENTS = new EventLimits(200, 100_000, 8, 200_000, 1_000_000, 300);
    static final SessionLimits LIMITS =
            new SessionLimits(86_400, 1_800, 100, 1_000, 100_000, 50, 10, 100_000, 20, EVENTS);
    private static final JsonRpcId REQUEST = new JsonRpcId.Int(7);
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final AtomicInteger LAST_KEY = new AtomicInteger();

    /** New ones for each test: stores may outlive it. */
    private final String name = "ada " + LAST_KEY.incrementAndGet();

    final Principal ada = person(name);
    final Principal bob = person("bob " + LAST_KEY.incrementAndGet());

    volatile Instant now = Instant.now();
    final InstantSource clock = () -> now;
    private int turn;

    /** @return the stores of all nodes, at least one */
    abstract List<? extends SessionStore> nodes();

    /** Announces a change to all nodes. */
    abstract void announce(@Nullable String uri, String key, String message);

    static Principal person(String name) {
        return person(name, Scopes.NONE);
    }

    static Principal person(String name, Scopes scopes) {
        return new Principal(
                new Identity("https://issuer.example", name, null, null, List.of()), "client", "grant", scopes);
    }

    static Session session(String key, long expiresAtSeconds, Principal principal) {
        return new Session(
                "id of " + key,
                key,
                ProtocolVersion.V2025_11_25,
                ClientCapabilities.NONE,
                expiresAtSeconds,
                Session.Owner.of(principal));
    }

    /** @return a session that was opened on the next node */
    final Session open(Principal principal) {
        String key = "contract-key-" + LAST_KEY.incrementAndGet();
        var session = session(key, now.getEpochSecond() + 86_400, principal);
        next().opened(session);
        return session;
    }

    /** @return the nodes in turn */
    final SessionStore next() {
        return nodes().get(turn++ % nodes().size());
    }

    /** What is done before each request of a session. @return whether it goes on */
    static boolean request(SessionStore node, Session session) {
        if (!node.knows(session)) {
            node.learn(session);
        }
        return node.use(session);
    }

    final void awaitEverywhere(Session session, java.util.function.Predicate<SessionStore> condition) {
        for (var node : nodes()) {
            await(() -> {
                request(node, session);
                return condition.test(node);
            });
        }
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + SOON.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited long enough").isLessThan(end);
            java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
        }
    }

    /** A connection, maybe with room for so many events only. */
    static final class Connection implements EventReader {
        final List<String> got = new CopyOnWriteArrayList<>();
        final List<String> ids = new CopyOnWriteArrayList<>();
        final AtomicInteger ends = new AtomicInteger();
        final AtomicInteger room = new AtomicInteger(Integer.MAX_VALUE);
        volatile @Nullable Reading reading;

        static Connection on(Reading opened) {
            return new Connection().reads(opened);
        }

        Connection reads(Reading opened) {
            reading = opened;
            opened.start(this);
            return this;
        }

        @Override
        public boolean hasRoom() {
            return room.get() > 0;
        }

        @Override
        public void event(String id, byte[] message) {
            room.decrementAndGet();
            ids.add(id);
            got.add(new String(message, StandardCharsets.UTF_8));
        }

        @Override
        public void letGo(@Nullable String id, int retryMillis) {
            got.add("come back in " + retryMillis + " from " + id);
        }

        @Override
        public void end() {
            ends.incrementAndGet();
        }

        void close() {
            var opened = reading;
            if (opened != null) {
                opened.close();
            }
        }

        void awaitGot(String... messages) {
            await(() -> got.size() >= messages.length);
            assertThat(got).containsExactly(messages);
        }

        void awaitEnd() {
            await(() -> ends.get() == 1);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void add(SessionStream stream, String message) {
        stream.add(bytes(message), null, false);
    }

    static SessionStream openStream(SessionStore node, Session session) {
        return openStream(node, session, Scopes.NONE);
    }

    static SessionStream openStream(SessionStore node, Session session, Scopes scopes) {
        assertThat(request(node, session)).isTrue();
        var stream = node.openStream(session, scopes, List.of(REQUEST));
        assertThat(stream).isNotNull();
        return stream;
    }

    static Connection attach(SessionStore node, Session session, Principal who, @Nullable String after) {
        assertThat(request(node, session)).isTrue();
        return Connection.on(((Attached) node.attach(session, who, after)).reading());
    }

    static String before(String id, int number) {
        return id.replaceAll("-[0-9]+$", "-" + number);
    }

    // H-101
    @Test
    void useWhenSessionWasOpenedOnAnyNodeThenGoesOnOnAll() {
        for (int i = 0; i < nodes().size(); i++) {
            var session = open(ada);
            for (var node : nodes()) {
                assertThat(request(node, session)).isTrue();
                assertThat(node.logLevel(session)).isEqualTo(LogLevel.WARNING);
            }
        }
    }

    // H-105: DELETE lands anywhere
    @Test
    void endWhenOnAnyNodeThenEndedOnAllWithAllStreams() {
        for (var ending : nodes()) {
            var session = open(ada);
            var call = openStream(next(), session);
            var connection = Connection.on(call.read());
            var standalone = attach(next(), session, ada, null);
            add(call, "m1");
            connection.awaitGot("m1");
            var elsewhere = attach(next(), session, ada, before(connection.ids.getFirst(), 0));
            elsewhere.awaitGot("m1");
            ending.end(session);
            for (var node : nodes()) {
                await(() -> !request(node, session));
                assertThat(node.knows(session)).isTrue(); // asked often, it costs nothing more
                assertThat(node.setLogLevel(session, LogLevel.DEBUG)).isFalse();
                assertThat(node.subscribe(session, ada, "test://x")).isFalse();
                assertThat(node.attach(session, ada, null)).isInstanceOf(Attachment.Ended.class);
            }
            elsewhere.awaitEnd();
            standalone.awaitEnd();
            add(call, "late");
            assertThat(elsewhere.got).containsExactly("m1");
        }
    }

    // H-131
    @Test
    void setLogLevelWhenOnAnyNodeThenHoldsOnAll() {
        var session = open(ada);
        for (var level : List.of(LogLevel.DEBUG, LogLevel.ERROR, LogLevel.INFO)) {
            var node = next();
            assertThat(request(node, session)).isTrue();
            assertThat(node.setLogLevel(session, level)).isTrue();
            assertThat(node.logLevel(session)).isEqualTo(level); // here at once
            awaitEverywhere(session, other -> other.logLevel(session) == level);
        }
        assertThat(next().logLevel(open(ada))).isEqualTo(LogLevel.WARNING);
    }

    // H-132, T-32: the limit counts what all nodes were asked
    @Test
    void subscribeWhenTooManyThenRefusedWhicheverNode() {
        var session = open(ada);
        for (int i = 0; i < 10; i++) {
            assertThat(next().subscribe(session, ada, "test://" + i)).isTrue();
        }
        assertThat(next().subscribe(session, ada, "test://one-more")).isFalse();
        assertThat(next().subscribe(session, ada, "test://3")).isTrue(); // again
        next().unsubscribe(session, "test://3");
        next().unsubscribe(session, "test://never");
        assertThat(next().subscribe(session, ada, "test://one-more")).isTrue();
    }

    // H-107: rest is rest on all nodes
    @Test
    void useWhenSessionRestsThenEndsEverywhere() {
        var resting = open(ada);
        var used = open(ada);
        var bare = open(ada);
        assertThat(next().setLogLevel(resting, LogLevel.DEBUG)).isTrue();
        assertThat(next().setLogLevel(used, LogLevel.DEBUG)).isTrue();
        var reading = open(ada);
        var reader = attach(next(), reading, ada, null);
        nodes().forEach(node -> assertThat(request(node, resting)).isTrue());
        for (int minutes = 0; minutes < 40; minutes += 10) {
            now = now.plusSeconds(600);
            nodes().forEach(SessionStore::sweep);
            assertThat(request(nodes().getFirst(), used)).isTrue(); // by one node only
        }
        for (var node : nodes()) {
            await(() -> !request(node, resting));
            assertThat(node.setLogLevel(resting, LogLevel.DEBUG)).isFalse();
            assertThat(request(node, used)).isTrue();
            assertThat(node.logLevel(used)).isEqualTo(LogLevel.DEBUG);
            assertThat(request(node, bare)).isTrue(); // there is nothing it could lose
            assertThat(request(node, reading)).isTrue();
        }
        assertThat(reader.ends).hasValue(0);
    }

    // H-122, H-125: nothing lost and nothing twice, whichever node the client comes back to
    @Test
    void attachWhenOnAnyNodeThenReadsOnBehindAnyEvent() {
        for (var writer : nodes()) {
            var session = open(ada);
            var stream = openStream(writer, session);
            var first = Connection.on(stream.read());
            for (int i = 1; i <= 5; i++) {
                add(stream, "m" + i);
            }
            first.awaitGot("m1", "m2", "m3", "m4", "m5");
            assertThat(first.ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[!-~]+"));
            first.close();
            for (var node : nodes()) {
                for (int i = 0; i < 5; i++) {
                    var again = attach(node, session, ada, first.ids.get(i));
                    again.awaitGot(IntStream.rangeClosed(i + 2, 5)
                            .mapToObj(n -> "m" + n)
                            .toArray(String[]::new));
                    again.close();
                }
            }
            var last = attach(next(), session, ada, first.ids.getFirst());
            stream.finish(bytes("m6"));
            last.awaitGot("m2", "m3", "m4", "m5", "m6");
            last.awaitEnd();
            for (var node : nodes()) { // for those who lost the end of it
                var after = attach(node, session, ada, first.ids.get(4));
                after.awaitGot("m6");
                after.awaitEnd();
            }
        }
    }

    // H-114: whoever reads last reads alone
    @Test
    void attachWhenAnotherNodeReadsThenThatOneEnds() {
        var session = open(ada);
        var stream = openStream(next(), session);
        var connection = Connection.on(stream.read());
        add(stream, "0");
        connection.awaitGot("0");
        String from = before(connection.ids.getFirst(), 0);
        for (int i = 1; i <= 6; i++) {
            var taking = attach(next(), session, ada, from);
            connection.awaitEnd();
            add(stream, Integer.toString(i));
            taking.awaitGot(
                    IntStream.rangeClosed(0, i).mapToObj(Integer::toString).toArray(String[]::new));
            connection = taking;
        }
        stream.finish();
        connection.awaitEnd();
    }

    // T-30, T-31: a slow one holds nothing, and is behind nobody's back left behind
    @Test
    void attachWhenReaderIsSlowThenGetsTheRestWhenItHasRoom() {
        var session = open(ada);
        var stream = openStream(next(), session);
        var probe = Connection.on(stream.read());
        add(stream, "m1");
        probe.awaitGot("m1");
        for (var node : nodes()) {
            var slow = new Connection();
            slow.room.set(1);
            assertThat(request(node, session)).isTrue();
            slow.reads(((Attached) node.attach(session, ada, before(probe.ids.getFirst(), 0))).reading());
            slow.awaitGot("m1");
            add(stream, "more");
            slow.room.set(1_000);
            var reading = slow.reading;
            assertThat(reading).isNotNull();
            reading.more();
            await(() -> slow.got.size() >= 2);
            slow.close();
        }
    }

    // T-34: a cursor is good for its own session alone, and only with the scopes of who asked (T-88)
    @Test
    void attachWhenCursorIsNotTheirsThenUnknownOnAllNodes() {
        var mine = open(ada);
        var other = open(ada);
        var stream = openStream(next(), mine, Scopes.of("tools"));
        var reader = Connection.on(stream.read());
        var standalone = attach(next(), mine, ada, null);
        add(stream, "m1");
        announce(null, "tools", "news");
        reader.awaitGot("m1");
        standalone.awaitGot("news");
        String cursor = reader.ids.getFirst();
        var scoped = person(name, Scopes.of("tools"));
        for (var node : nodes()) {
            assertThat(request(node, other)).isTrue();
            for (String odd : List.of(
                    standalone.ids.getFirst(), "", "-", "x-1", cursor + "9999999999999999999", "s.x.1-1", "é-1")) {
                assertThat(node.attach(other, scoped, odd)).as(odd).isInstanceOf(Attachment.UnknownEvent.class);
            }
            assertThat(node.attach(mine, ada, cursor)).isInstanceOf(Attachment.UnknownEvent.class);
            assertThat(node.attach(mine, scoped, cursor)).isInstanceOf(Attached.class);
        }
        assertThat(next().attach(other, scoped, cursor)).isInstanceOf(Attachment.UnknownEvent.class);
    }

    // H-122, H-123
    @Test
    void attachWhenEventsHaveAgedOutThenGivesTheOldestKeptOrNothing() {
        var session = open(ada);
        var stream = openStream(next(), session);
        var first = Connection.on(stream.read());
        for (int i = 1; i <= 300; i++) {
            add(stream, "m" + i);
        }
        await(() -> first.got.size() == 300);
        first.close();
        for (var node : nodes()) {
            var again = attach(node, session, ada, first.ids.get(10));
            await(() -> again.got.size() == 200);
            assertThat(again.got.getFirst()).isEqualTo("m101");
            again.close();
        }
        stream.finish();
        for (var node : nodes()) {
            var end = attach(node, session, ada, first.ids.get(298));
            end.awaitGot("m300");
            end.awaitEnd();
            assertThat(node.attach(session, ada, first.ids.get(10))).isInstanceOf(Attachment.UnknownEvent.class);
        }
    }

    // T-30: the later one takes the place of the earlier, in whatever copy
    @Test
    void addWhenLaterReplacesEarlierThenOnlyTheLatestIsKept() {
        var session = open(ada);
        var stream = openStream(next(), session);
        for (int i = 1; i <= 1_000; i++) {
            stream.add(bytes("progress " + i), "progress", false);
        }
        String from = stream.read().position();
        stream.finish(bytes("result"));
        for (var node : nodes()) {
            var reader = attach(node, session, ada, from);
            reader.awaitEnd();
            assertThat(reader.got).endsWith("progress 1000", "result").doesNotHaveDuplicates();
        }
        assertThat(attach(nodes().getLast(), session, ada, from).got.size()).isLessThanOrEqualTo(200);
    }

    // H-120, H-114, H-132
    @Test
    void announceWhenStandaloneStreamIsReadAnywhereThenTold() {
        for (var node : nodes()) {
            var session = open(ada);
            assertThat(next().subscribe(session, ada, "test://followed")).isTrue();
            awaitEverywhere(session, request -> true);
            var reader = attach(node, session, ada, null);
            announce(null, "tools", "one");
            announce("test://followed", "followed", "two");
            announce("test://other", "other", "three");
            announce(null, "prompts", "four");
            reader.awaitGot("one", "two", "four");
            assertThat(reader.ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[!-~]+"));
            var later = attach(next(), session, ada, null);
            reader.awaitEnd();
            announce(null, "tools", "five");
            await(() ->
                    later.got.contains("five")); // what the other one got a moment ago may be told again: it named none
            assertThat(later.got).endsWith("five").doesNotHaveDuplicates();
            assertThat(reader.got).hasSize(3);
            later.close();
        }
    }

    // H-122: of the standalone stream, too
    @Test
    void attachWhenStandaloneStreamWasLostThenNothingIsMissedOrTwice() {
        var session = open(ada);
        assertThat(next().subscribe(session, ada, "test://x")).isTrue();
        var reader = attach(next(), session, ada, null);
        announce(null, "tools", "seen");
        reader.awaitGot("seen");
        for (int i = 0; i < 6; i++) {
            reader.close();
            announce("test://x", "x", "x" + i);
            announce(null, "tools", "tools" + i);
            reader = attach(next(), session, ada, reader.ids.getLast());
            reader.awaitGot("x" + i, "tools" + i);
            announce(null, "prompts", "live" + i);
            reader.awaitGot("x" + i, "tools" + i, "live" + i);
        }
    }

    // H-132, T-41: told while nobody reads, to those who follow; one of a kind is enough
    @Test
    void announceWhenNobodyReadsThenToldToWhoeverComesLater() {
        var session = open(ada);
        assertThat(next().subscribe(session, ada, "test://x")).isTrue();
        announce("test://x", "x", "a");
        announce("test://x", "x", "b");
        announce("test://y", "y", "c");
        var reader = attach(next(), session, ada, null);
        reader.awaitGot("b");
        reader.close();
        await(() -> attachedTo(session, "d"));
    }

    private boolean attachedTo(Session session, String message) {
        announce("test://x", "x", message);
        var reader = attach(next(), session, ada, null);
        await(() -> !reader.got.isEmpty());
        reader.close();
        return reader.got.contains(message);
    }

    // T-41: the announcement for Bob is for him alone
    @Test
    void announceWhenNotForThemThenNotTold() {
        var hers = open(ada);
        var his = open(bob);
        var nobody = open(bob);
        String forBob = "for " + bob.identity().subject();
        var adas = attach(next(), hers, ada, null);
        var bobs = attach(next(), his, bob, null);
        var node = next();
        var nobodys = attach(node, nobody, bob, null);
        node.hearAs(nobody, null);
        announce(null, forBob, "secret");
        announce(null, "tools", "public");
        bobs.awaitGot("secret", "public");
        adas.awaitGot("public");
        assertThat(nobodys.got).isEmpty();
        adas.close();
        var again = attach(next(), hers, ada, adas.ids.getLast());
        announce(null, forBob, "secret");
        announce(null, "tools", "end");
        again.awaitGot("end");
    }

    // T-32
    @Test
    void takePlaceWhenPersonHasTooManyThenRefusesThemAlone() {
        var node = next();
        var places = new ArrayList<Runnable>();
        for (int i = 0; i < 20; i++) {
            var place = node.takePlace(ada);
            assertThat(place).isNotNull();
            places.add(place);
        }
        assertThat(node.takePlace(ada)).isNull();
        var session = open(ada);
        assertThat(request(node, session)).isTrue();
        assertThat(node.attach(session, ada, null)).isInstanceOf(Attachment.TooMany.class);
        assertThat(node.takePlace(bob)).isNotNull();
        places.forEach(Runnable::run);
        assertThat(attach(node, session, ada, null).ends).hasValue(0);
    }

    // T-32, H-107: beyond, the one that has rested longest ends, whichever nodes they are on
    @Test
    void setLogLevelWhenPersonHasTooManySessionsThenTheLongestRestingEnds() {
        var sessions = new ArrayList<Session>();
        var greedy = person("greedy " + LAST_KEY.incrementAndGet());
        for (int i = 0; i < 60; i++) {
            now = now.plusSeconds(1);
            var session = open(greedy);
            assertThat(next().setLogLevel(session, LogLevel.DEBUG)).isTrue();
            sessions.add(session);
        }
        for (int i = 0; i < 60; i++) {
            var session = sessions.get(i);
            boolean live = i >= 10;
            await(() -> request(next(), session) == live);
        }
    }

    // T-37, H-122: whatever comes and goes, and wherever
    @Test
    void streamWhenConnectionsComeAndGoAtRandomThenNothingIsMissedOrTwice() throws Exception {
        for (int seed = 0; seed < 12; seed++) {
            race(new Random(seed));
        }
    }

    private void race(Random random) throws Exception {
        var session = open(ada);
        var stream = openStream(next(), session);
        int events = 60;
        var first = stream.read();
        String zero = first.position();
        int pause = random.nextInt(1, 300);
        var writer = Thread.ofVirtual().start(() -> {
            for (int i = 1; i <= events; i++) {
                add(stream, Integer.toString(i));
                java.util.concurrent.locks.LockSupport.parkNanos(pause * 1_000L);
            }
            stream.finish();
        });
        var seen = new ArrayList<String>();
        var connection = Connection.on(first);
        String cursor = zero;
        while (seen.isEmpty() || !seen.getLast().equals(Integer.toString(events))) {
            java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(8_000_000));
            connection.close();
            var got = List.copyOf(connection.got); // what came meanwhile is as good as lost
            seen.addAll(got);
            cursor = got.isEmpty() ? cursor : connection.ids.get(got.size() - 1);
            connection = attach(nodes().get(random.nextInt(nodes().size())), session, ada, cursor);
        }
        writer.join();
        connection.close();
        assertThat(seen)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, events)
                        .mapToObj(Integer::toString)
                        .toList());
    }
}
