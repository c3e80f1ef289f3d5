package dev.portcullis.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Waits until the other nodes have heard what was said to all. All hear it in one order, so whoever answers a question has heard what was said before it. One question is under way at a
 * time, and good for all who came before it was asked.
 *
 * <pre>
 *   await ──▶ a question under way is over ──▶ a newer one, to all ──▶ each node answers when it hears it ──▶ over: all have, or its time is up
 * </pre>
 *
 * A node that has let the time of a question pass is not waited for again before something is heard from it; nor is one that joined a second ago, of which the others do not know yet. Any thread.
 */
public final class Barrier {
    private static final String TOPIC = "heard";
    private static final String QUESTION = "?";
    private static final String ANSWER = "!";

    private final Bus bus;
    private final long timeNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Who has let the time of a question pass; guarded by the lock. */
    private final Set<String> silent = new HashSet<>();

    private Question last = new Question(0, System.nanoTime(), Set.of());

    /** Guarded by the lock. */
    private static final class Question {
        private final long number;
        private final long askedNanos;
        private final Set<String> awaited;
        private boolean isOver;

        private Question(long number, long askedNanos, Set<String> awaited) {
            this.number = number;
            this.askedNanos = askedNanos;
            this.awaited = awaited;
            this.isOver = awaited.isEmpty();
        }
    }

    /** @param timeMillis that is waited at most */
    public Barrier(Bus bus, int timeMillis) {
        this.bus = bus;
        this.timeNanos = TimeUnit.MILLISECONDS.toNanos(timeMillis);
    }

    /** Answers the others from now on. To be called while the server is made. */
    public void listen() {
        bus.listen(TOPIC, this::heard);
    }

    /**
     * Blocks until the other nodes have heard what this one has said to all before.
     *
     * @return false: not all of them that are known to be there have within the time
     */
    public boolean await() {
        if (bus.isAlone()) {
            return true;
        }
        long endNanos = System.nanoTime() + timeNanos;
        lock.lock();
        try {
            var before = last;
            awaitEnd(before, endNanos); // some may have answered it before they heard what this is about
            if (last == before && before.isOver) {
                last = ask();
            }
            var question = last;
            awaitEnd(question, endNanos);
            return question != before && question.awaited.isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void awaitEnd(Question question, long endNanos) throws InterruptedException {
        for (long now = System.nanoTime(); !question.isOver && now < endNanos; now = System.nanoTime()) {
            long leftNanos = question.askedNanos + timeNanos - now;
            if (leftNanos <= 0) {
                silent.addAll(question.awaited);
                end(question);
            } else {
                changed.awaitNanos(Math.min(leftNanos, endNanos - now));
            }
        }
    }

    private void end(Question question) {
        question.isOver = true;
        changed.signalAll();
    }

    /** Asks the silent ones too: they may be back. */
    private Question ask() {
        var others = new HashSet<>(bus.nodes());
        others.remove(bus.node());
        silent.retainAll(others);
        var awaited = new HashSet<>(others);
        awaited.removeAll(silent);
        var question = new Question(last.number + 1, System.nanoTime(), awaited);
        if (!others.isEmpty() && !bus.postAll(TOPIC, words(QUESTION, question.number))) {
            end(question);
        }
        return question;
    }

    private static byte[] words(String kind, long number) {
        return (kind + number).getBytes(US_ASCII);
    }

    private void heard(Bus.Words words) {
        String text = new String(words.bytes(), US_ASCII);
        long number = Long.parseLong(text.substring(1));
        String from = words.from();
        if (text.startsWith(ANSWER)) {
            answered(from, number);
        } else if (!from.equals(bus.node())) {
            bus.post(from, TOPIC, words(ANSWER, number));
        }
    }

    private void answered(String node, long number) {
        lock.lock();
        try {
            silent.remove(node);
            if (number == last.number && last.awaited.remove(node) && last.awaited.isEmpty()) {
                end(last);
            }
        } finally {
            lock.unlock();
        }
    }
}
