package dev.portcullis.mcp.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.session.Attachment.Attached;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** H-107, H-114, H-115, H-120 to H-125, T-30 to T-34 where no connection is needed. */
class SessionStreamTest {
    private static final Principal ADA = person("ada");
    private static final Principal BOB = person("bob");
    private static final int OVERHEAD = 200;
    private static final EventLimits EVENTS = new EventLimits(10, 10_000, 4, 20_000, 50_000, 300);

    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private final InstantSource clock = () -> now;
    private final SessionIds ids = new SessionIds();
    private MemorySessionStore store = new MemorySessionStore(limits(EVENTS), clock);

    private static SessionLimits limits(EventLimits events) {
        return new SessionLimits(86_400, 1_800, 100, 1_000_000, 100_000, 50, 10, 100_000, 20, events);
    }

    private static Principal person(String name) {
        return new Principal(
                new Identity("https://issuer.example", name, null, null, List.of()), "client", "grant", Scopes.NONE);
    }

    /** Sessions need no ids here, but keys. */
    private final class SessionIds {
        private int last;

        Session next(Principal principal) {
            String key = "key" + ++last;
            long expiresAtSeconds = now.getEpochSecond() + 86_400;
            return new Session(
                    "id of " + key,
                    key,
                    ProtocolVersion.V2025_11_25,
                    ClientCapabilities.NONE,
                    expiresAtSeconds,
                    Session.Owner.of(principal));
        }
    }

    /** One event, as a client sees it. */
    private record Got(String id, String message) {}

    /** A connection that has room for so many events. */
    private static final class Connection implements EventReader {
        final List<String> got = new CopyOnWriteArrayList<>();
        final List<String> ids = new CopyOnWriteArrayList<>();
        final List<Got> events = new CopyOnWriteArrayList<>();
        final AtomicInteger ends = new AtomicInteger();
        final AtomicInteger room = new AtomicInteger(Integer.MAX_VALUE);
        volatile @Nullable Reading reading;

        Connection on(Reading opened) {
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
            events.add(new Got(id, new String(message, StandardCharsets.UTF_8)));
        }

        @Override
        public void letGo(@Nullable String id, int retryMillis) {
            got.add("come back in " + retryMillis + " from " + id);
        }

        @Override
        public void end() {
            ends.incrementAndGet();
        }

        void room(int events) {
            room.set(events);
            var opened = reading;
            if (opened != null) {
                opened.more();
            }
        }

        void close() {
            var opened = reading;
            if (opened != null) {
                opened.close();
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void add(SessionStream stream, String message) {
        stream.add(bytes(message), null, false);
    }

    private SessionStream open(Session session) {
        var stream = store.openStream(session, Scopes.NONE, List.of());
        assertThat(stream).isNotNull();
        return stream;
    }

    private Connection resume(Session session, Principal who, @Nullable String after) {
        return new Connection().on(((Attached) store.attach(session, who, after)).reading());
    }

    private void assertUnknown(Session session, Principal who, String after) {
        assertThat(store.attach(session, who, after)).as(after).isInstanceOf(Attachment.UnknownEvent.class);
    }

    // H-121, H-122
    @Test
    void streamWhenConnectionIsLostThenAnotherReadsOnBehindAnyEvent() {
        var session = ids.next(ADA);
        var stream = open(session);
        var first = new Connection().on(stream.read());
        for (int i = 1; i <= 5; i++) {
            add(stream, "m" + i);
        }
        assertThat(first.got).containsExactly("m1", "m2", "m3", "m4", "m5");
        assertThat(first.ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[!-~]+"));
        first.close();
        add(stream, "m6");
        stream.finish();
        for (int i = 0; i < 5; i++) {
            var again = resume(session, ADA, first.ids.get(i));
            assertThat(again.got)
                    .containsExactlyElementsOf(IntStream.rangeClosed(i + 2, 6)
                            .mapToObj(n -> "m" + n)
                            .toList());
            assertThat(again.ends).hasValue(1);
        }
        assertThat(first.ends).hasValue(0);
    }

    // H-124, H-125
    @Test
    void letGoWhenNothingWasReadThenSaysFromWhereAndWhen() {
        var session = ids.next(ADA);
        var stream = open(session);
        var first = new Connection().on(stream.read());
        stream.letGo(500);
        assertThat(first.got).hasSize(1).first().asString().matches("come back in 500 from [0-9a-z]+-0");
        assertThat(first.ends).hasValue(1);
        String from = first.got.getFirst().substring("come back in 500 from ".length());
        var second = resume(session, ADA, from);
        add(stream, "progress");
        stream.letGo(700);
        assertThat(second.got).containsExactly("progress", "come back in 700 from null"); // it has an id
        add(stream, "result");
        stream.finish();
        var third = resume(session, ADA, second.ids.getFirst());
        assertThat(third.got).containsExactly("result");
        assertThat(third.ends).hasValue(1);
        stream.letGo(1); // nobody there
    }

    // T-34: a cursor is good for its own session alone
    @Test
    void attachWhenCursorIsOfAnotherSessionThenUnknown() {
        var sessions = List.of(ids.next(ADA), ids.next(ADA), ids.next(BOB));
        var cursors = new ArrayList<List<String>>();
        for (var session : sessions) {
            var stream = open(session);
            var call = new Connection().on(stream.read());
            var standalone = resume(session, ADA, null);
            add(stream, "call");
            store.subscribe(session, ADA, "test://x");
            store.tell(new Notice("test://x", "x", bytes("news"), _ -> true));
            cursors.add(List.of(call.ids.getFirst(), standalone.ids.getFirst()));
        }
        for (int of = 0; of < sessions.size(); of++) {
            for (int by = 0; by < sessions.size(); by++) {
                for (String cursor : cursors.get(of)) {
                    var attachment = store.attach(sessions.get(by), ADA, cursor);
                    assertThat(attachment instanceof Attached)
                            .as("%d by %d", of, by)
                            .isEqualTo(of == by);
                }
            }
        }
    }

    // H-122
    @Test
    void attachWhenCursorIsGarbageThenUnknown() {
        var session = ids.next(ADA);
        assertUnknown(session, ADA, "x-1"); // nothing remembered at all
        var stream = open(session);
        var reader = new Connection().on(stream.read());
        add(stream, "m1");
        String id = reader.ids.getFirst();
        String name = id.substring(0, id.indexOf('-'));
        for (String odd : List.of(
                "",
                "-",
                name,
                name + "-",
                name + "-2",
                name + "-01",
                name + "--1",
                name + "-1 ",
                name + "-9999999999999999999999",
                name + "x-1",
                "é-1",
                "0-0",
                name.toUpperCase(java.util.Locale.ROOT) + "-1",
                "a".repeat(10_000))) {
            assertUnknown(session, ADA, odd);
        }
        assertThat(store.attach(session, ADA, name + "-0")).isInstanceOf(Attached.class);
    }

    // H-122, H-123
    @Test
    void attachWhenEventsHaveAgedOutThenGivesTheOldestKeptOrNothing() {
        var session = ids.next(ADA);
        var stream = open(session);
        var first = new Connection().on(stream.read());
        for (int i = 1; i <= 15; i++) {
            add(stream, "m" + i);
        }
        first.close();
        assertThat(resume(session, ADA, first.ids.get(1)).got)
                .hasSize(10)
                .first()
                .isEqualTo("m6");
        stream.finish();
        assertUnknown(session, ADA, first.ids.get(1));
        assertThat(resume(session, ADA, first.ids.get(4)).got).hasSize(10);
        now = now.plusSeconds(299);
        store.sweep();
        assertThat(resume(session, ADA, first.ids.get(13)).got).containsExactly("m15");
        now = now.plusSeconds(1);
        store.sweep();
        assertUnknown(session, ADA, first.ids.get(13));
        assertThat(store.keptBytes()).isZero();
        assertThat(store.use(session)).isTrue(); // all is told: nothing was lost with it
    }

    // T-30
    @Test
    void addWhenReaderIsSlowThenLaterReplacesEarlierAndTheNeedlessIsLeftOut() {
        var session = ids.next(ADA);
        var stream = open(session);
        var slow = new Connection().on(stream.read());
        slow.room(1);
        add(stream, "first");
        for (int i = 0; i < 1_000; i++) {
            stream.add(bytes("progress " + i), "progress", false);
            stream.add(bytes("log " + i), null, true);
        }
        add(stream, "result");
        stream.finish();
        assertThat(slow.got).containsExactly("first");
        slow.room(1_000);
        assertThat(slow.got).endsWith("result").contains("progress 999").doesNotContain("progress 998");
        assertThat(slow.got.stream().filter(got -> got.startsWith("log")))
                .isNotEmpty()
                .hasSizeLessThanOrEqualTo(6);
        assertThat(slow.ends).hasValue(1);
    }

    // T-30: what a connection waits for stays, however large, and however much else there is
    @Test
    void addWhenResponseExceedsAllLimitsThenAConnectionStillGetsIt() {
        var session = ids.next(ADA);
        var stream = open(session);
        var slow = new Connection().on(stream.read());
        slow.room(0);
        add(stream, "x".repeat(100_000));
        stream.finish();
        for (int i = 0; i < 100; i++) {
            add(open(ids.next(person("person " + i))), "y".repeat(1_000));
        }
        slow.room(1);
        assertThat(slow.got).hasSize(1).first().asString().hasSize(100_000);
        assertThat(slow.ends).hasValue(1);
        add(open(ids.next(BOB)), "z");
        assertThat(store.keptBytes()).isLessThanOrEqualTo(EVENTS.bytesMax());
    }

    // T-31
    @Test
    void addWhenAnyLimitIsReachedThenTheOldestGoes() {
        var random = new Random(31);
        var sessions = IntStream.range(0, 20)
                .mapToObj(_ -> ids.next(random.nextBoolean() ? ADA : BOB))
                .toList();
        var streams = new ArrayList<SessionStream>();
        for (int i = 0; i < 5_000; i++) {
            var session = sessions.get(random.nextInt(sessions.size()));
            if (random.nextInt(4) == 0) {
                var opened = store.openStream(session, Scopes.NONE, List.of());
                if (opened != null) {
                    streams.add(opened);
                }
            }
            if (!streams.isEmpty()) {
                var stream = streams.get(random.nextInt(streams.size()));
                add(stream, "x".repeat(random.nextInt(3_000)));
                if (random.nextInt(3) == 0) {
                    stream.finish();
                }
            }
            assertThat(store.keptBytes()).isLessThanOrEqualTo(EVENTS.bytesMax());
        }
        assertThat(streams).hasSizeGreaterThan(80); // finished ones make room
        now = now.plusSeconds(301);
        store.sweep();
        streams.forEach(SessionStream::finish);
        now = now.plusSeconds(301);
        store.sweep();
        assertThat(store.keptBytes()).isZero();
        assertThat(store.sizes()).containsExactly(0, 0, 0, 0, 0, 0);
    }

    @Test
    void addWhenSessionKeepsTooMuchThenItsOldestGoesAndNotThatOfOthers() {
        store = new MemorySessionStore(limits(new EventLimits(1_000, 100_000, 4, 10_000, 1_000_000, 300)), clock);
        var greedy = ids.next(ADA);
        var modest = ids.next(BOB);
        var theirs = open(modest);
        var reader = new Connection().on(theirs.read());
        add(theirs, "kept");
        var older = open(greedy);
        var younger = open(greedy);
        var olderReader = new Connection().on(older.read());
        add(older, "x".repeat(4_000));
        for (int i = 0; i < 5; i++) {
            add(younger, "y".repeat(4_000));
        }
        assertThat(store.keptBytes()).isEqualTo("kept".length() + OVERHEAD + 2 * (4_000 + OVERHEAD));
        older.finish();
        assertUnknown(greedy, ADA, olderReader.ids.getFirst().replaceAll("-1$", "-0"));
        reader.close();
        assertThat(resume(modest, BOB, reader.ids.getFirst().replaceAll("-1$", "-0")).got)
                .containsExactly("kept");
    }

    // H-120, H-114
    @Test
    void attachWhenSomebodyReadsTheStandaloneStreamThenSupersedes() {
        var session = ids.next(ADA);
        var first = resume(session, ADA, null);
        store.tell(new Notice(null, "tools", bytes("one"), _ -> true));
        var second = resume(session, ADA, null);
        assertThat(first.ends).hasValue(1);
        store.tell(new Notice(null, "tools", bytes("two"), _ -> true));
        assertThat(first.got).containsExactly("one");
        assertThat(second.got).containsExactly("two");
        first.close(); // late, and none of the second's business
        store.tell(new Notice(null, "tools", bytes("three"), _ -> true));
        assertThat(second.got).containsExactly("two", "three");
        assertThat(store.sizes().getLast()).isEqualTo(1);
        var third = resume(session, ADA, first.ids.getFirst());
        assertThat(third.got).containsExactly("three"); // "two" says nothing that it does not
        assertThat(second.ends).hasValue(1);
    }

    // H-132, T-41: told while nobody reads, asked again who may hear it
    @Test
    void tellWhenFollowedThenOnlyThoseWhoMayHearIt() {
        var ada = ids.next(ADA);
        var bob = ids.next(BOB);
        var other = ids.next(BOB);
        store.subscribe(ada, ADA, "test://x");
        store.subscribe(bob, BOB, "test://x");
        store.subscribe(other, BOB, "test://y");
        store.tell(new Notice("test://x", "x", bytes("a"), who -> who.equals(ADA)));
        store.tell(new Notice("test://x", "x", bytes("b"), who -> who.equals(ADA)));
        assertThat(resume(ada, ADA, null).got).containsExactly("b"); // one was enough
        assertThat(resume(bob, BOB, null).got).isEmpty();
        assertThat(resume(other, BOB, null).got).isEmpty();
        store.unsubscribe(ada, "test://x");
        var reader = resume(ada, ADA, null);
        store.tell(new Notice("test://x", "x", bytes("c"), _ -> true));
        assertThat(reader.got).isEmpty();
    }

    // T-32
    @Test
    void attachWhenPersonHasTooManyThenRefusesThemAlone() {
        var readers = new ArrayList<Connection>();
        for (int i = 0; i < 20; i++) {
            readers.add(resume(ids.next(ADA), ADA, null));
        }
        assertThat(store.attach(ids.next(ADA), ADA, null)).isInstanceOf(Attachment.TooMany.class);
        assertThat(store.takePlace(ADA)).isNull();
        assertThat(resume(ids.next(BOB), BOB, null).ends).hasValue(0);
        readers.getFirst().close();
        readers.getFirst().close(); // gives back one place
        var place = store.takePlace(ADA);
        assertThat(place).isNotNull();
        assertThat(store.takePlace(ADA)).isNull();
        place.run();
        assertThat(store.takePlace(ADA)).isNotNull();
    }

    // H-107, T-32
    @Test
    void rememberWhenPersonHasTooManyThenTheLongestRestingEnds() {
        var reading = ids.next(ADA);
        resume(reading, ADA, null);
        var sessions = new ArrayList<Session>();
        for (int i = 0; i < 60; i++) {
            now = now.plusSeconds(1);
            var session = ids.next(ADA);
            assertThat(store.setLogLevel(session, LogLevel.DEBUG)).isTrue();
            sessions.add(session);
        }
        assertThat(store.use(reading)).isTrue();
        for (int i = 0; i < 60; i++) {
            assertThat(store.use(sessions.get(i))).as("%d", i).isEqualTo(i >= 11);
        }
    }

    // H-107: an open stream is no rest
    @Test
    void useWhenSessionRestsThenEndsUnlessItReads() {
        var idle = ids.next(ADA);
        var reading = ids.next(ADA);
        var bare = ids.next(ADA);
        store.setLogLevel(idle, LogLevel.DEBUG);
        var reader = resume(reading, ADA, null);
        now = now.plusSeconds(1_799);
        assertThat(store.use(idle)).isTrue();
        now = now.plusSeconds(1_800);
        assertThat(store.use(idle)).isFalse();
        assertThat(store.setLogLevel(idle, LogLevel.DEBUG)).isFalse();
        assertThat(store.attach(idle, ADA, null)).isInstanceOf(Attachment.Ended.class);
        assertThat(store.use(reading)).isTrue();
        now = now.plusSeconds(5_000);
        reader.close();
        now = now.plusSeconds(1_799);
        store.sweep();
        assertThat(store.use(reading)).isTrue();
        now = now.plusSeconds(1_800);
        store.sweep();
        assertThat(store.use(reading)).isFalse();
        assertThat(store.use(bare)).isTrue(); // there is nothing it could lose
    }

    // H-105
    @Test
    void endWhenStreamsAreOpenThenEndsThemAndOpensNoOther() {
        var session = ids.next(ADA);
        var stream = open(session);
        var call = new Connection().on(stream.read());
        var standalone = resume(session, ADA, null);
        store.end(session);
        assertThat(call.ends).hasValue(1);
        assertThat(standalone.ends).hasValue(1);
        add(stream, "late");
        assertThat(call.got).isEmpty();
        assertThat(store.openStream(session, Scopes.NONE, List.of())).isNull();
        assertThat(store.attach(session, ADA, null)).isInstanceOf(Attachment.Ended.class);
        assertThat(store.sizes()).containsExactly(0, 1, 0, 0, 0, 0);
    }

    // T-113
    @Test
    void endStreamsWhenServerStopsThenCallsGoOn() {
        var session = ids.next(ADA);
        var stream = open(session);
        var call = new Connection().on(stream.read());
        var standalone = resume(session, ADA, null);
        store.endStreams();
        assertThat(standalone.ends).hasValue(1);
        assertThat(call.ends).hasValue(0);
        add(stream, "result");
        assertThat(call.got).containsExactly("result");
        assertThat(store.attach(session, ADA, null)).isInstanceOf(Attachment.TooMany.class);
        assertThat(store.takePlace(BOB)).isNull();
    }

    // H-107: abandoned sessions cost nothing
    @Test
    void sessionsWhenAbandonedThenLeaveNothingBehind() {
        var limits = new SessionLimits(86_400, 1_800, 100, 1_000_000, 100_000, 100_000, 10, 100_000, 100_000, EVENTS);
        store = new MemorySessionStore(limits, clock);
        var random = new Random(107);
        for (int i = 0; i < 50_000; i++) {
            var who = person("person " + i % 1_000);
            var session = ids.next(who);
            switch (random.nextInt(6)) {
                case 0 -> store.setLogLevel(session, LogLevel.INFO);
                case 1 -> store.subscribe(session, who, "test://" + i % 100);
                case 2 -> resume(session, who, null).close();
                case 3 -> {
                    var stream = open(session);
                    var reader = new Connection().on(stream.read());
                    add(stream, "m");
                    reader.close();
                    stream.finish();
                }
                case 4 -> {
                    store.subscribe(session, who, "test://" + i % 100);
                    store.tell(new Notice("test://" + i % 100, "x", bytes("news"), _ -> true));
                }
                default -> store.use(session);
            }
        }
        assertThat(store.sizes().getFirst()).isGreaterThan(30_000);
        now = now.plusSeconds(1_800);
        store.sweep();
        assertThat(store.sizes()).element(0).isEqualTo(0);
        now = now.plusSeconds(86_400);
        store.sweep();
        assertThat(store.sizes()).containsExactly(0, 0, 0, 0, 0, 0);
        assertThat(store.keptBytes()).isZero();
    }

    // T-37: whatever races, each event comes once and in order to each connection, and none is missed by those who come
    // back
    @Test
    void streamWhenConnectionsComeAndGoAtRandomThenNothingIsMissedOrTwice() throws Exception {
        for (int seed = 0; seed < 200; seed++) {
            store = new MemorySessionStore(
                    limits(new EventLimits(1_000, 1_000_000, 4, 1_000_000, 1_000_000, 300)), clock);
            race(new Random(seed));
        }
    }

    private void race(Random random) throws Exception {
        var session = ids.next(ADA);
        var stream = open(session);
        int events = 100;
        var writers = new CountDownLatch(1);
        int pauses = random.nextInt(200);
        var first = stream.read();
        Thread.ofVirtual().start(() -> {
            for (int i = 1; i <= events; i++) {
                add(stream, Integer.toString(i));
                for (int spin = 0; spin < pauses; spin++) {
                    Thread.onSpinWait();
                }
                if (i % 17 == 0) {
                    stream.letGo(1);
                }
            }
            stream.finish();
            writers.countDown();
        });
        var seen = new ArrayList<String>();
        var connection = new Connection();
        connection.room.set(random.nextInt(5));
        connection.on(first);
        String cursor = null;
        while (cursor == null || !seen.getLast().equals(Integer.toString(events))) {
            int reads = random.nextInt(1, 20);
            connection.room(reads);
            for (int spin = random.nextInt(500); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            if (random.nextBoolean()) {
                connection.close();
            }
            var got = List.copyOf(connection.events);
            got.forEach(event -> seen.add(event.message()));
            cursor = got.isEmpty() ? cursor : got.getLast().id();
            var next = new Connection();
            next.room.set(random.nextInt(5));
            String from = cursor == null ? first.position().replaceAll("-.*", "-0") : cursor;
            connection = next.on(((Attached) store.attach(session, ADA, from)).reading());
        }
        assertThat(writers.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(seen)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, events)
                        .mapToObj(Integer::toString)
                        .toList());
        connection.close();
        assertThat(store.sizes().getLast()).isZero();
    }
}
