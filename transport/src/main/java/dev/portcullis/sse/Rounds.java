package dev.portcullis.sse;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Goes round the streams of one event loop and visits each once in a period, by one timer for all. Streams are dealt out evenly over the steps of a round, so that many that
 * were opened at once, or told something at once, are not visited at once: each step takes the loop a moment, whatever happened before. Event loop only.
 */
final class Rounds implements Runnable {
    private static final int STEPS_MAX = 256;

    private final EventExecutor loop;
    private final long stepNanos;

    /** What each step visits. */
    private final Ring[] steps;

    /** Before whom it goes on, while a step's streams are visited. */
    private final Ring cursor = new Mark();

    private int size;
    private boolean going;
    private int dealt;
    private int at;
    private long dueNanos;

    /** One that is visited, between its neighbours in a ring; its own neighbour when it is in none. */
    abstract static class Ring {
        private Ring next = this;
        private Ring previous = this;

        /** May take any of the ring out. */
        abstract void visit();
    }

    /** Stands in a ring, where it begins or where its visitor is, and is not visited. */
    private static final class Mark extends Ring {
        @Override
        void visit() {}
    }

    Rounds(EventExecutor loop, long periodMillis) {
        this.loop = loop;
        int count = Math.clamp(periodMillis, 1, STEPS_MAX);
        this.stepNanos = TimeUnit.MILLISECONDS.toNanos(periodMillis) / count;
        this.steps = new Ring[count];
        for (int i = 0; i < count; i++) {
            steps[i] = new Mark();
        }
    }

    /** Visits it from now on: at the latest in a period. */
    void add(Ring stream) {
        link(stream, steps[dealt]);
        dealt = (dealt + 1) % steps.length;
        size++;
        if (!going) {
            going = true;
            dueNanos = now();
            schedule();
        }
    }

    /** Visits it no more; does nothing if it was not visited. */
    void remove(Ring stream) {
        if (stream.next != stream) {
            unlink(stream);
            size--;
        }
    }

    int size() {
        return size;
    }

    /** Not for callers: the timer's next step. */
    @Override
    public void run() {
        going = size > 0;
        if (!going) {
            return;
        }
        visit(steps[at]);
        at = (at + 1) % steps.length;
        schedule();
    }

    /** The cursor stands in the ring itself, so that it does not matter who leaves meanwhile. */
    private void visit(Ring beginning) {
        link(cursor, beginning.next);
        while (cursor.next != beginning) {
            Ring one = cursor.next;
            unlink(cursor);
            link(cursor, one.next);
            one.visit();
        }
        unlink(cursor);
    }

    private static void link(Ring one, Ring before) {
        one.next = before;
        one.previous = before.previous;
        before.previous.next = one;
        before.previous = one;
    }

    private static void unlink(Ring one) {
        one.next.previous = one.previous;
        one.previous.next = one.next;
        one.next = one;
        one.previous = one;
    }

    /** One step at a time, also after the loop was held up: that is no time for a burst. */
    private void schedule() {
        long now = now();
        dueNanos = Math.max(dueNanos + stepNanos, now);
        loop.schedule(this, dueNanos - now, TimeUnit.NANOSECONDS);
    }

    private long now() {
        return loop.ticker().nanoTime();
    }
}
