package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.e2e.ScriptedClient.Tokens;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A client that does one thing again and again while something happens to the servers, and when it was served. Works on one thread; may be looked at by others. */
final class Witness {
    private static final int PAUSE_MILLIS = 10;

    private final Asking asking;
    private final Consumer<String> keep;
    private final Queue<Served> served = new ConcurrentLinkedQueue<>();
    private final AtomicLong slowestNanos = new AtomicLong();
    private volatile boolean isBereft;

    private interface Asking {
        HttpResponse<String> ask() throws Exception;
    }

    /** An answer that is a success; times by {@link System#nanoTime}. */
    record Served(long sentNanos, long answeredNanos, String body) {}

    private Witness(Asking asking, Consumer<String> keep) {
        this.asking = asking;
        this.keep = keep;
    }

    /** Refreshes, each time with the newest token that it has been given. */
    static Witness refreshing(ScriptedClient client, Tokens first) {
        var latest = new AtomicReference<>(first);
        return new Witness(() -> client.tryRefresh(latest.get().refresh()), body -> latest.set(tokens(body)));
    }

    /** Calls a tool, always with the same token. */
    static Witness calling(ScriptedClient client, String accessToken) {
        return new Witness(
                () -> client.call(accessToken, "add", "{\"a\":2,\"b\":3}"),
                body -> assertThat(body).contains("\"5\""));
    }

    static Tokens tokens(String body) {
        return Tokens.of(SessionClient.JSON.readTree(body));
    }

    /** Works until it is told to stop, or is told that what it has been given is worth nothing. */
    void work(AtomicBoolean running, Queue<Throwable> failures) {
        try {
            while (running.get() && !isBereft) {
                askOnce();
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    private void askOnce() throws Exception {
        long sent = System.nanoTime();
        var answer = asking.ask();
        long answered = System.nanoTime();
        slowestNanos.accumulateAndGet(answered - sent, Math::max);
        if (answer.statusCode() == 200) {
            keep.accept(answer.body());
            served.add(new Served(sent, answered, answer.body()));
        } else if (answer.body().contains("invalid_grant")) {
            isBereft = true;
        } else {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.headers().firstValue("retry-after")).isPresent();
        }
    }

    /** How long the slowest answer took, whatever it was. */
    long slowestNanos() {
        return slowestNanos.get();
    }

    /** Whether the newest refresh token that it was given was not known. */
    boolean isBereft() {
        return isBereft;
    }

    int count() {
        return served.size();
    }

    /** What was asked for since a moment, and was served. */
    List<Served> since(long nanos) {
        return served.stream().filter(each -> each.sentNanos() - nanos >= 0).toList();
    }

    /** The last that was answered before a moment. */
    Served latestBefore(long nanos) {
        return served.stream()
                .filter(each -> each.answeredNanos() - nanos < 0)
                .max(Comparator.comparingLong(Served::answeredNanos))
                .orElseThrow();
    }

    /** The longest time from one answer that is a success to the next. */
    long longestGapNanos() {
        long longest = 0;
        Served before = null;
        for (Served each : served) {
            if (before != null) {
                longest = Math.max(longest, each.answeredNanos() - before.answeredNanos());
            }
            before = each;
        }
        return longest;
    }
}
