package dev.portcullis.redis;

import static dev.portcullis.redis.RedisServers.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.cluster.Bus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RedisBusTest {
    private static final MasterKey KEY = new MasterKey("k".repeat(32));
    private static RedisServers servers;
    private static RedisServer server;

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        server = servers.standalone();
    }

    @AfterAll
    static void end() {
        servers.close();
    }

    /** One node, and what it has heard. */
    private static final class Node implements AutoCloseable {
        final Redis redis;
        final RedisBus bus;
        final List<String> heard = new CopyOnWriteArrayList<>();
        final AtomicInteger missed = new AtomicInteger();

        Node(RedisSettings settings, BusLimits limits) {
            redis = Redis.connect(settings);
            bus = RedisBus.join(redis, KEY, limits);
            bus.listen("talk", new Bus.Listener() {
                @Override
                public void heard(Bus.Words words) {
                    heard.add(new String(words.bytes(), UTF_8));
                }

                @Override
                public void missed() {
                    missed.incrementAndGet();
                }
            });
        }

        Node(String prefix) {
            this(RedisSettings.of(server.url()).withPrefix(prefix), BusLimits.DEFAULT);
        }

        void tell(Node other, String words) {
            bus.tell(other.bus.node(), "talk", words.getBytes(UTF_8));
        }

        String tellAll(String words) {
            return bus.tellAll("talk", words.getBytes(UTF_8));
        }

        @Override
        public void close() {
            bus.close();
            redis.close();
        }
    }

    @Test
    void tellWhenSeveralAreToldThenEachHearsItsOwnInOrder() {
        try (var one = new Node("order");
                var two = new Node("order")) {
            var expected = new ArrayList<String>();
            for (int i = 0; i < 500; i++) {
                expected.add("word " + i);
                assertThat(one.bus.post(two.bus.node(), "talk", ("word " + i).getBytes(UTF_8)))
                        .isTrue();
            }
            one.tell(two, "last");
            one.tell(one, "to itself");
            expected.add("last");

            assertThat(eventually(() -> two.heard.size() >= expected.size())).isTrue();
            assertThat(two.heard).isEqualTo(expected);
            assertThat(eventually(() -> one.heard.equals(List.of("to itself")))).isTrue();
            assertThat(two.missed).hasValue(0);
        }
    }

    @Test
    void tellAllWhenSeveralSpeakThenAllHearTheSameOrder() {
        try (var one = new Node("all");
                var two = new Node("all")) {
            String before = one.bus.place();
            IntStream.range(0, 200).parallel().forEach(i -> {
                one.tellAll("one " + i);
                two.tellAll("two " + i);
            });

            assertThat(eventually(() -> one.heard.size() == 400 && two.heard.size() == 400))
                    .isTrue();
            assertThat(one.heard).isEqualTo(two.heard);
            assertThat(eventually(() -> one.bus.place().equals(two.bus.place())))
                    .isTrue();
            var since = two.bus.since(before, "talk");
            assertThat(since).hasSize(400);
            assertThat(since.stream().map(words -> new String(words.bytes(), UTF_8)))
                    .isEqualTo(one.heard);
            assertThat(since.getLast().place()).isEqualTo(one.bus.place());
            assertThat(two.bus.since(since.get(397).place(), "talk")).hasSize(2);
            assertThat(two.bus.since(before, "other")).isEmpty();
        }
    }

    @Test
    void nodesWhenOneLeavesThenTheOthersKnow() {
        try (var one = new Node("nodes")) {
            var two = new Node("nodes");
            assertThat(eventually(() -> one.bus.nodes().size() == 2)).isTrue();
            assertThat(one.bus.nodes()).containsExactlyInAnyOrder(one.bus.node(), two.bus.node());
            assertThat(one.bus.mayLive(two.bus.node())).isTrue();

            two.close();

            assertThat(eventually(() -> one.bus.nodes().equals(List.of(one.bus.node()))))
                    .isTrue();
            assertThat(eventually(() -> !one.bus.mayLive(two.bus.node()))).isTrue();
            assertThat(server.ask("KEYS", "nodes:*" + two.bus.node())).isEmpty();
        }
    }

    @Test
    void wordsWhenInRedisThenAreSealed() {
        try (var one = new Node("sealed")) {
            one.tellAll("attack at dawn");
            assertThat(server.ask("XRANGE", "sealed:{bus}:all", "-", "+"))
                    .contains("talk")
                    .doesNotContain("dawn");
        }
    }

    @Test
    void tellWhenTheLinkOfTheOtherIsCutThenItHearsAllOnceItIsBack() {
        try (var proxy = new FlakyProxy(server.port());
                var one = new Node("cut");
                var two = new Node(RedisSettings.of(proxy.url()).withPrefix("cut"), BusLimits.DEFAULT)) {
            var expected = new ArrayList<String>();
            for (int i = 0; i < 300; i++) {
                String word = "word " + i;
                expected.add(word);
                one.tell(two, word);
                if (i == 100) {
                    proxy.cut();
                }
                if (i == 200) {
                    proxy.mend();
                }
                if (i % 40 == 0) {
                    proxy.cutOnce();
                }
            }
            assertThat(eventually(() -> two.heard.size() >= 300)).isTrue();
            assertThat(two.heard).isEqualTo(expected);
            assertThat(two.missed).hasValue(0);
        }
    }

    @Test
    void postWhenTheOwnLinkIsCutThenIsSaidOnceWhenItIsBack() {
        try (var proxy = new FlakyProxy(server.port());
                var one = new Node(RedisSettings.of(proxy.url()).withPrefix("say"), BusLimits.DEFAULT);
                var two = new Node("say")) {
            var expected = new ArrayList<String>();
            for (int i = 0; i < 2_000; i++) {
                String word = "word " + i;
                expected.add(word);
                assertThat(one.bus.post(two.bus.node(), "talk", word.getBytes(UTF_8)))
                        .isTrue();
                if (i % 500 == 250) {
                    proxy.cutOnce(); // perhaps between what was done and its answer
                }
            }
            assertThat(eventually(() -> two.heard.size() >= expected.size())).isTrue();
            one.bus.post(two.bus.node(), "talk", "last".getBytes(UTF_8));
            expected.add("last");
            assertThat(eventually(() -> two.heard.contains("last"))).isTrue();
            assertThat(two.heard).isEqualTo(expected);
        }
    }

    @Test
    void tellWhenRedisIsAwayThenFailsAndNobodyIsTakenForGone() {
        var own = servers.standalone();
        var limits = new BusLimits(200, 2_000, 60_000, 600_000, 10_000, 10, 1 << 20);
        var settings = RedisSettings.of(own.url());
        try (var one = new Node(settings, limits);
                var two = new Node(settings, limits)) {
            assertThat(eventually(
                            () -> one.bus.nodes().size() == 2 && two.bus.nodes().size() == 2))
                    .isTrue();
            own.stop();
            try {
                assertThatThrownBy(() -> one.tell(two, "lost?")).isInstanceOf(StoreException.class);
                int taken = 0;
                while (one.bus.post(two.bus.node(), "talk", "kept".getBytes(UTF_8)) && taken < 100) {
                    taken++;
                }
                assertThat(taken).as("room is bounded").isLessThanOrEqualTo(10);
                assertThat(one.bus.mayLive(two.bus.node())).isTrue();
            } finally {
                own.go();
            }
            assertThat(eventually(() -> two.heard.contains("kept"))).isTrue();
            assertThat(one.bus.mayLive(two.bus.node())).isTrue();
        }
    }

    @Test
    void heardWhenRedisRestartsEmptyAndIsBegunAnewThenMissedIsTold() {
        var own = servers.standalone();
        var settings = RedisSettings.of(own.url());
        try (var one = new Node(settings, BusLimits.DEFAULT);
                var two = new Node(settings, BusLimits.DEFAULT)) {
            one.tellAll("before");
            assertThat(eventually(() -> two.heard.contains("before"))).isTrue();
            String place = two.bus.place();

            own.restart();
            Redis.connect(settings).close(); // accepts the loss

            assertThat(eventually(() -> one.missed.get() > 0 && two.missed.get() > 0))
                    .isTrue();
            assertThat(eventually(() -> says(one, "after"))).isTrue();
            assertThat(eventually(() -> two.heard.contains("after"))).isTrue();
            assertThat(two.bus.since(place, "talk")).isNull();
            assertThat(eventually(() -> two.bus.nodes().size() == 2)).isTrue();
        }
    }

    @Test
    void heardWhenWhatIsOfTheBusIsDeletedThenMissedIsTold() {
        var own = servers.standalone();
        var settings = RedisSettings.of(own.url());
        try (var one = new Node(settings, BusLimits.DEFAULT)) {
            one.tellAll("before");
            assertThat(eventually(() -> one.heard.contains("before"))).isTrue();
            own.deleteAllButMarks();
            assertThat(eventually(() -> one.missed.get() > 0)).isTrue();
            one.tellAll("after");
            one.tell(one, "after");
            assertThat(eventually(() -> one.heard.equals(List.of("before", "after", "after"))))
                    .isTrue();
        }
    }

    /** Redis comes back with less than was acknowledged, and other words have taken the place of those that were heard. */
    @Test
    void heardWhenRedisWentBackThenMissedIsTold() {
        var own = servers.standalone("--appendonly", "yes", "--appendfsync", "always", "--dir", ".");
        var settings = RedisSettings.of(own.url());
        try (var one = new Node(settings, BusLimits.DEFAULT)) {
            one.tellAll("1");
            own.ask("CONFIG", "SET", "appendonly", "no"); // what comes now is not kept
            one.tellAll("2");
            assertThat(eventually(() -> one.heard.equals(List.of("1", "2")))).isTrue();
            String place = one.bus.place();

            own.restart();

            assertThat(eventually(() -> one.missed.get() > 0)).isTrue();
            assertThat(eventually(() -> says(one, "3"))).isTrue();
            assertThat(eventually(() -> one.heard.contains("3"))).isTrue();
            assertThat(one.bus.since(place, "talk")).isNull();
        }
    }

    @Test
    void heardWhenWordsWereNotKeptThenMissedIsTold() {
        var limits = new BusLimits(1_000, 5_000, 60_000, 600_000, 1_000, 100_000, 64 << 20);
        try (var proxy = new FlakyProxy(server.port());
                var one = new Node(RedisSettings.of(server.url()).withPrefix("trim"), limits);
                var two = new Node(RedisSettings.of(proxy.url()).withPrefix("trim"), limits)) {
            one.tellAll("heard");
            assertThat(eventually(() -> two.heard.equals(List.of("heard")))).isTrue();
            String place = two.bus.place();
            proxy.cut();
            for (int i = 0; i < 4_000; i++) {
                one.bus.postAll("talk", ("word " + i).getBytes(UTF_8));
            }
            assertThat(eventually(() -> says(one, "last"))).isTrue();
            proxy.mend();

            assertThat(eventually(() -> two.heard.contains("last"))).isTrue();
            assertThat(two.missed).hasPositiveValue();
            assertThat(one.bus.since(place, "talk")).isNull();
        }
    }

    /** When a node has gone, its clients come back all at once, each from a place of its own. */
    @Test
    void sinceWhenManyLookBackThenRedisIsReadOnce() {
        var own = servers.standalone();
        try (var one = new Node(RedisSettings.of(own.url()), BusLimits.DEFAULT);
                var two = new Node(RedisSettings.of(own.url()), BusLimits.DEFAULT)) {
            var places = new ArrayList<String>();
            for (int i = 0; i < 500; i++) {
                places.add(one.tellAll("word " + i));
                one.bus.tellAll("other", new byte[0]);
            }
            long before = own.sentBytes();
            assertThat(two.bus.since(places.get(400), "talk")).hasSize(99);
            assertThat(two.bus.since(places.get(0), "talk")).hasSize(499); // earlier than what is known
            long onceBytes = own.sentBytes() - before;
            for (int i = 0; i < 500; i++) {
                var words = two.bus.since(places.get(i), "talk");
                assertThat(words).hasSize(499 - i);
                assertThat(words).allMatch(word -> new String(word.bytes(), UTF_8).startsWith("word "));
            }
            assertThat(own.sentBytes() - before - onceBytes)
                    .as("bytes; they read it once in " + onceBytes)
                    .isLessThan(5 * onceBytes);

            String last = one.tellAll("later");
            assertThat(two.bus.since(places.get(498), "talk").stream().map(word -> new String(word.bytes(), UTF_8)))
                    .containsExactly("word 499", "later");
            assertThat(two.bus.since(last, "talk")).isEmpty();
            var later = Place.parse(last);
            assertThat(two.bus.since(new Place(later.made(), later.number() + 1).toString(), "talk"))
                    .as("what is yet to come")
                    .isNull();
            assertThat(two.bus.since(new Place(later.made() - 1, 1).toString(), "talk"))
                    .as("of another bus")
                    .isNull();
            assertThat(two.bus.since(places.get(499), "talk")).hasSize(1);
        }
    }

    @Test
    void heardWhenAListenerThrowsThenTheNextWordIsHeard() {
        try (var one = new Node("throws")) {
            one.bus.listen("bad", _ -> {
                throw new IllegalStateException("a listener's own");
            });
            one.bus.tell(one.bus.node(), "bad", new byte[0]);
            one.tell(one, "good");
            assertThat(eventually(() -> one.heard.equals(List.of("good")))).isTrue();
        }
    }

    @Test
    void heardWhenTheKeyIsAnotherThenIsDropped() {
        try (var one = new Node("keys");
                var redis = Redis.connect(RedisSettings.of(server.url()).withPrefix("keys"));
                var stranger = RedisBus.join(redis, new MasterKey("x".repeat(32)), BusLimits.DEFAULT)) {
            stranger.tell(one.bus.node(), "talk", "evil".getBytes(UTF_8));
            one.tell(one, "good");
            assertThat(eventually(() -> one.heard.equals(List.of("good")))).isTrue();
        }
    }

    private static boolean says(Node node, String words) {
        try {
            node.tellAll(words);
            return true;
        } catch (StoreException e) {
            return false;
        }
    }
}
