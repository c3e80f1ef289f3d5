package dev.portcullis.redis;

import static dev.portcullis.redis.RedisServers.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cluster.Bus;
import dev.portcullis.crypto.MasterKey;
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
}
