package dev.portcullis.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever says something to all can wait until all have heard it; who does not answer holds nobody up for long. */
@Timeout(60)
class BarrierTest {
    private static final int LONG_MILLIS = 50_000;
    private static final int SHORT_MILLIS = 50;

    private final JoinedBuses buses = new JoinedBuses();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        buses.close();
        executor.shutdownNow();
    }

    /** What one node has heard, and can wait for. */
    private final class Node {
        final JoinedBuses.Node bus = buses.join();
        final List<String> heard = new CopyOnWriteArrayList<>();
        final Barrier barrier;

        Node(int timeMillis) {
            barrier = new Barrier(bus, timeMillis);
            barrier.listen();
            bus.listen("talk", words -> heard.add(new String(words.bytes(), US_ASCII)));
        }

        /** Until so many have been asked, by whomever. */
        void awaitQuestions(int count) {
            while (bus.since("0", "heard").size() < count) {
                spin();
            }
        }

        void say(String words) {
            bus.tellAll("talk", words.getBytes(US_ASCII));
        }
    }

    private static void spin() {
        assertThat(Thread.interrupted()).as("out of time").isFalse();
        Thread.onSpinWait();
    }

    @Test
    void awaitWhenOneHasNotHeardThenWaitsForIt() throws Exception {
        var one = new Node(LONG_MILLIS);
        var deaf = new Node(LONG_MILLIS);
        var unplug = deaf.bus.plugEars();
        one.say("news");

        Future<List<String>> heardByThen = executor.submit(() -> one.barrier.await() ? deaf.heard : List.of());
        one.awaitQuestions(1);
        unplug.run();

        assertThat(heardByThen.get()).containsExactly("news");
    }

    @Test
    void awaitWhenManyWaitThenAllThatTheySaidWasHeard() throws Exception {
        var nodes = List.of(new Node(LONG_MILLIS), new Node(LONG_MILLIS), new Node(LONG_MILLIS));
        var missing = ConcurrentHashMap.<String>newKeySet();
        var all = new ArrayList<Future<?>>();
        var said = new CountDownLatch(300);
        var unplug = nodes.getLast().bus.plugEars(); // so that the first question of each stays under way
        for (int i = 0; i < 300; i++) {
            var node = nodes.get(i % nodes.size());
            String words = "news " + i;
            all.add(executor.submit(() -> {
                node.say(words);
                said.countDown();
                boolean isHeard = node.barrier.await();
                nodes.stream()
                        .filter(other -> other != node && (!isHeard || !other.heard.contains(words)))
                        .forEach(_ -> missing.add(words));
            }));
        }
        said.await();
        unplug.run();
        for (var each : all) {
            each.get();
        }

        assertThat(missing).isEmpty();
        assertThat(nodes.getFirst().bus.since("0", "heard"))
                .as("questions, of which those who wait together share one")
                .hasSizeLessThan(300);
    }

    /** A question that was under way when something was said may have been answered before it was heard. */
    @Test
    void awaitWhenAnOlderQuestionIsUnderWayThenAsksAnew() throws Exception {
        var one = new Node(LONG_MILLIS);
        var other = new Node(LONG_MILLIS);
        var late = new Node(LONG_MILLIS);
        var unplugLate = late.bus.plugEars();
        Future<Boolean> earlier = executor.submit(one.barrier::await);
        one.awaitQuestions(1);
        var unplug = other.bus.plugEars(); // it may have answered, or will when it hears again
        one.say("news");
        Future<List<String>> heardByThen = executor.submit(() -> one.barrier.await() ? other.heard : List.of());
        unplugLate.run();
        unplug.run();

        assertThat(heardByThen.get()).containsExactly("news");
        one.awaitQuestions(2);
        assertThat(earlier.get()).isTrue();
    }

    @Test
    void awaitWhenOneNeverAnswersThenGoesOnAndWaitsForItNoMoreUntilHeard() {
        var one = new Node(SHORT_MILLIS);
        var deaf = new Node(LONG_MILLIS);
        new Node(LONG_MILLIS);
        var unplug = deaf.bus.plugEars();

        assertThat(one.barrier.await()).as("in time").isFalse();

        do { // the other may be slow as well, which is no matter here
            one.say("news");
        } while (!one.barrier.await());
        assertThat(deaf.heard).isEmpty();

        unplug.run();
        do { // its late answers come by and by
            one.say("more");
        } while (!one.barrier.await() || !deaf.heard.contains("more"));
        var plugged = deaf.bus.plugEars();
        while (one.barrier.await()) {
            spin(); // until it counts again
        }
        plugged.run();
    }

    /** It was being made when it was asked first, and has not heard that. */
    @Test
    void awaitWhenTheOnlyOtherBeginsToListenLateThenWaitsForItAsWell() {
        var one = new Node(SHORT_MILLIS);
        var late = buses.join();
        assertThat(one.barrier.await()).isFalse();

        new Barrier(late, LONG_MILLIS).listen();

        assertThat(one.barrier.await()).as("without it").isTrue();
        var unplug = late.plugEars(); // behind the question, which it has answered or will
        while (one.barrier.await()) {
            spin(); // until it counts
        }
        unplug.run();
    }

    @Test
    void awaitWhenNobodyElseIsThereThenReturns() {
        try (var local = new LocalBus()) {
            assertThat(new Barrier(local, LONG_MILLIS).await()).isTrue();
        }
        assertThat(new Node(LONG_MILLIS).barrier.await()).isTrue();
    }

    @Test
    void awaitWhenOneHasGoneThenIsNotWaitedFor() {
        var one = new Node(LONG_MILLIS);
        new Node(LONG_MILLIS).bus.close();

        assertThat(one.barrier.await()).isTrue();
    }

    @Test
    void awaitWhenNothingCanBeSaidThenSaysSo() {
        var one = new Node(LONG_MILLIS);
        new Node(LONG_MILLIS);
        one.bus.cut();

        assertThat(one.barrier.await()).isFalse();
        one.bus.mend();
        assertThat(one.barrier.await()).isTrue();
    }
}
