package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Principal;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.registry.Change;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.task.Task;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open {@code subscriptions/listen}. Its lock is held while something is handed to the sink, so that nothing comes before the acknowledgement or after the result. It
 * keeps no more of its request than it needs, since there may be very many.
 *
 * <pre>
 * new ── acknowledged ──▶ listening ── token or server at its end ──▶ ended, with a result
 *                             └── client gone ──▶ ended
 * </pre>
 */
final class Listening implements PendingCall {
    private static final String SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId";

    private final JsonRpcId id;
    private final Principal principal;
    private final Revision revision;
    private final ReplySink sink;
    private final ListenFilter filter;
    private final ChangeFeed feed;
    private final Runnable giveBack;
    private @Nullable FollowedTasks tasks;
    private boolean ended;

    /** @param giveBack gives its place among the streams back */
    Listening(JsonRpcId id, CallContext context, ListenFilter filter, ChangeFeed feed, Runnable giveBack) {
        this.id = id;
        this.principal = context.principal();
        this.revision = context.revision();
        this.sink = context.sink();
        this.filter = filter;
        this.feed = feed;
        this.giveBack = giveBack;
    }

    /** Acknowledges (H-76); what changes from now on is told. */
    synchronized void begin() {
        begin(filter);
    }

    /**
     * The same with tasks; how they stand now is told as well, since they may have ended before anybody listened. Blocks, but not with the lock.
     *
     * @throws dev.portcullis.store.StoreException it has not begun
     */
    void begin(FollowedTasks followed, Set<String> asked) {
        followed.follow(asked, this::tellTask);
        synchronized (this) {
            if (!ended) {
                tasks = followed;
                begin(filter.with(followed.ids()));
            }
        }
        if (followed == following()) {
            followed.ids().forEach(this::tellTask);
        } else {
            followed.stop();
        }
    }

    private void begin(ListenFilter honoured) {
        feed.add(this);
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.beginNotification(out, "notifications/subscriptions/acknowledged");
            out.name("notifications");
            honoured.writeTo(out);
            send(out, new Slack.None());
        }
    }

    private synchronized @Nullable FollowedTasks following() {
        return ended ? null : tasks;
    }

    /** As {@code tasks/get} would tell it at this moment. Blocks, but not with the lock. */
    private void tellTask(String taskId) {
        var followed = following();
        if (followed != null) {
            followed.tell(taskId, this::tell);
        }
    }

    private synchronized void tell(Task task) {
        if (!ended) {
            try (var out = JsonWriter.take()) {
                JsonRpcEncoder.beginNotification(out, "notifications/tasks");
                revision.task(out, task);
                send(out, new Slack.Replace("task " + task.id()));
            }
        }
    }

    private void send(JsonWriter out, Slack slack) {
        out.name("_meta").beginObject();
        subscriptionId(out);
        out.endObject();
        JsonRpcEncoder.end(out);
        sink.notification(out, slack);
    }

    /** H-77. */
    private void subscriptionId(JsonWriter out) {
        out.name(SUBSCRIPTION_ID);
        id.writeTo(out);
    }

    Principal principal() {
        return principal;
    }

    /** Which resources it follows. */
    Set<String> uris() {
        return filter.uris();
    }

    boolean wants(Change change) {
        return filter.wants(change);
    }

    synchronized void tell(Change change) {
        if (!ended) {
            try (var out = JsonWriter.take()) {
                ChangeText.begin(out, change);
                send(out, new Slack.Replace(ChangeText.key(change)));
            }
        }
    }

    @Override
    public synchronized void cancel() {
        leave();
    }

    /** What may be told to whom was looked at when it began. */
    @Override
    public void outdate() {
        end();
    }

    /** H-79. */
    @Override
    public synchronized void end() {
        if (leave()) {
            try (var out = JsonWriter.take()) {
                JsonRpcEncoder.beginResult(out, id);
                revision.beginResult(out);
                revision.endResult(out, this::subscriptionId);
                JsonRpcEncoder.end(out);
                sink.answer(200, out);
            }
        }
    }

    private boolean leave() {
        if (ended) {
            return false;
        }
        ended = true;
        feed.remove(this);
        if (tasks != null) {
            tasks.stop();
        }
        giveBack.run();
        return true;
    }
}
