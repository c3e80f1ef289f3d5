package dev.portcullis.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** By a clock that stands until it is set. */
class RoundsTest {
    private static final int PERIOD = 1_000;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Rounds rounds = new Rounds(channel.eventLoop(), PERIOD);
    private final List<Visited> order = new ArrayList<>();

    private final class Visited extends Rounds.Ring {
        int visits;
        Runnable deed = () -> {};

        @Override
        void visit() {
            visits++;
            order.add(this);
            deed.run();
        }
    }

    RoundsTest() {
        channel.freezeTime();
    }

    private List<Visited> add(int count) {
        var added = new ArrayList<Visited>();
        for (int i = 0; i < count; i++) {
            var one = new Visited();
            rounds.add(one);
            added.add(one);
        }
        return added;
    }

    private void pass(int millis) {
        for (int i = 0; i < millis; i++) {
            channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    @Test
    void visitWhenManyAreAddedAtOnceThenEachIsVisitedOnceAPeriodAndFewAtATime() {
        var all = add(10_000);
        int most = 0;
        for (int i = 0; i < PERIOD; i++) {
            int before = order.size();
            pass(1);
            most = Math.max(most, order.size() - before);
        }
        assertThat(all).allMatch(one -> one.visits == 1);
        assertThat(most).isLessThanOrEqualTo(40);
        pass(9 * PERIOD);
        assertThat(all).allMatch(one -> one.visits == 10);
    }

    @Test
    void visitWhenLoopWasHeldUpThenThereIsNoBurst() {
        add(10_000);
        channel.advanceTimeBy(10 * PERIOD, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(order).hasSizeLessThanOrEqualTo(80);
    }

    @Test
    void removeWhenRoundsGoOnThenOthersAreVisitedStill() {
        var all = add(1_000);
        for (int i = 0; i < 1_000; i += 2) {
            rounds.remove(all.get(i));
            rounds.remove(all.get(i)); // a second time is nothing
        }
        pass(PERIOD);
        for (int i = 0; i < 1_000; i++) {
            assertThat(all.get(i).visits).isEqualTo(i % 2);
        }
        assertThat(rounds.size()).isEqualTo(500);
    }

    @Test
    void visitWhenItTakesItselfAndItsNeighboursOutThenTheRestIsVisited() {
        var all = add(256 * 4); // four in each step
        for (int i = 0; i < 256; i++) {
            var second = all.get(256 + i);
            var third = all.get(512 + i);
            second.deed = () -> {
                rounds.remove(second);
                rounds.remove(third);
            };
        }
        pass(PERIOD);
        for (int i = 0; i < 256; i++) {
            assertThat(all.get(i).visits).isEqualTo(1);
            assertThat(all.get(256 + i).visits).isEqualTo(1);
            assertThat(all.get(512 + i).visits).isZero();
            assertThat(all.get(768 + i).visits).isEqualTo(1);
        }
        assertThat(rounds.size()).isEqualTo(512);
    }

    @Test
    void addWhenAllHadLeftThenRoundsBeginAgain() {
        for (int i = 0; i < 3; i++) {
            var one = add(1).getFirst();
            pass(PERIOD);
            assertThat(one.visits).isEqualTo(1);
            rounds.remove(one);
            if (i == 1) {
                pass(PERIOD); // the timer has ended; else it is still there
            }
        }
        assertThat(order).hasSize(3);
    }
}
