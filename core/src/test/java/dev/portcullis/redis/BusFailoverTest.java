package dev.portcullis.redis;

import static dev.portcullis.redis.RedisServers.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cluster.Bus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Words between nodes while the master that carries them changes. */
@Timeout(180)
class BusFailoverTest {
    private static final MasterKey KEY = new MasterKey("k".repeat(32));
    private static final String SLOT = "portcullis:{bus}:all";

    /** Says numbers again and again until each is acknowledged, so that only what was acknowledged is expected. */
    private static void sayAll(RedisBus from, String to, int first, int last, List<String> said) {
        for (int i = first; i < last; i++) {
            String word = "word " + i;
            if (!eventually(() -> says(from, to, word))) {
                throw new IllegalStateException("not said: " + word);
            }
            said.add(word);
        }
    }

    private static boolean says(RedisBus from, String to, String word) {
        try {
            from.tell(to, "talk", word.getBytes(UTF_8));
            return true;
        } catch (StoreException e) {
            return false;
        }
    }

    private static List<String> distinct(List<String> words) {
        return words.stream().distinct().toList();
    }

    @Test
    void heardWhenSlotsMoveInAClusterThenNothingIsLost() {
        try (var servers = new RedisServers()) {
            var set = servers.cluster();
            try (var redis = Redis.connect(RedisSettings.of(set.url()));
                    var other = Redis.connect(RedisSettings.of(set.url()));
                    var one = RedisBus.join(redis, KEY, BusLimits.DEFAULT);
                    var two = RedisBus.join(other, KEY, BusLimits.DEFAULT)) {
                var heard = new CopyOnWriteArrayList<String>();
                var missed = new AtomicInteger();
                two.listen("talk", new Bus.Listener() {
                    @Override
                    public void heard(Bus.Words words) {
                        heard.add(new String(words.bytes(), UTF_8));
                    }

                    @Override
                    public void missed() {
                        missed.incrementAndGet();
                    }
                });
                var said = new ArrayList<String>();
                sayAll(one, two.node(), 0, 50, said);
                var moving = CompletableFuture.runAsync(() -> {
                    set.migrate(SLOT);
                    set.failover(set.masterOf(SLOT)); // asked for: the replica has all before it takes over
                });
                for (int i = 50; !moving.isDone() || i < 200; i++) {
                    sayAll(one, two.node(), i, i + 1, said);
                }
                moving.join();
                sayAll(one, two.node(), said.size(), said.size() + 50, said);

                assertThat(eventually(() -> distinct(heard).size() >= said.size()))
                        .isTrue();
                // what was said twice, since nothing was known of the first time, may be heard twice; all is there, in
                // order
                assertThat(distinct(heard)).isEqualTo(said);
                assertThat(missed).hasValue(0);
                assertThat(one.mayLive(two.node())).isTrue();
            }
        }
    }

    @Test
    void heardWhenSentinelsChangeTheMasterThenGoesOnOrTellsWhatWasMissed() {
        try (var servers = new RedisServers()) {
            var set = servers.sentinel();
            try (var redis = Redis.connect(RedisSettings.of(set.url()));
                    var other = Redis.connect(RedisSettings.of(set.url()));
                    var one = RedisBus.join(redis, KEY, BusLimits.DEFAULT);
                    var two = RedisBus.join(other, KEY, BusLimits.DEFAULT)) {
                var heard = new CopyOnWriteArrayList<String>();
                var missed = new AtomicInteger();
                two.listen("talk", new Bus.Listener() {
                    @Override
                    public void heard(Bus.Words words) {
                        heard.add(new String(words.bytes(), UTF_8));
                    }

                    @Override
                    public void missed() {
                        missed.incrementAndGet();
                    }
                });
                var said = new ArrayList<String>();
                sayAll(one, two.node(), 0, 20, said);
                set.master().kill();
                sayAll(one, two.node(), 20, 40, said);

                assertThat(eventually(() -> heard.contains("word 39"))).isTrue();
                if (missed.get() == 0) {
                    assertThat(distinct(heard)).isEqualTo(said);
                }
                assertThat(eventually(() -> one.nodes().size() == 2)).isTrue();
            }
        }
    }
}
