package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Remembers what a sink is told; complains of a second end. */
class RecordingSink implements ReplySink {
    final List<String> notifications = new CopyOnWriteArrayList<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    volatile boolean takesRequests = true;
    final List<Integer> polls = new CopyOnWriteArrayList<>();
    final List<String> ends = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();

    @Override
    public void notification(JsonWriter message, Slack slack) {
        notifications.add(end.isDone() ? "LATE " + message : message.toString());
    }

    @Override
    public boolean request(JsonWriter message) {
        if (takesRequests) {
            synchronized (requests) {
                requests.add(end.isDone() ? "LATE " + message : message.toString());
                requests.notifyAll();
            }
        }
        return takesRequests;
    }

    /** @return the request of ours that was the nth to be sent, from 0 */
    String awaitRequest(int index) throws InterruptedException {
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        synchronized (requests) {
            while (requests.size() <= index) {
                long millis = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
                if (millis <= 0) {
                    throw new AssertionError("no request " + index + ", but " + ends);
                }
                requests.wait(millis);
            }
            return requests.get(index);
        }
    }

    @Override
    public void letClientPoll(int retryMillis) {
        polls.add(retryMillis);
    }

    @Override
    public void answer(int status, JsonWriter message) {
        end(status + " " + message);
    }

    @Override
    public void needScope(Scopes needed) {
        end("scope " + needed);
    }

    @Override
    public void withdrawn() {
        end("withdrawn");
    }

    private void end(String what) {
        ends.add(what);
        end.complete(what);
    }

    boolean isEnded() {
        return end.isDone();
    }

    /** @return the one end, e.g. {@code 200 {"jsonrpc":…}} */
    String awaitEnd() throws Exception {
        return end.get(20, TimeUnit.SECONDS);
    }

    String awaitBody() throws Exception {
        String what = awaitEnd();
        return what.substring(what.indexOf(' ') + 1);
    }
}
