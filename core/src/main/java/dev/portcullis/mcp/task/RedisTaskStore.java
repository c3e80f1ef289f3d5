package dev.portcullis.mcp.task;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.portcullis.cluster.Bus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.json.Json;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.Script;
import dev.portcullis.store.StoreException;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps tasks in Redis, where all nodes find them; each is worked on by the node that created it. A change is a read, a step worked out here, and a write that counts only if
 * nothing has changed since, else again. Nodes that watch a task are told over the {@link Bus}, topic {@code task}: its id. What is stored, and how long, stands in STORAGE.md.
 *
 * <p>All methods throw {@link StoreException} if Redis cannot be used; nothing is known then about whether a change took place, and repeating it is safe. Limits of tasks and
 * bytes hold exactly for all nodes together, but for what a node that was killed in the midst of a step leaves taken, until its task's time is over; who may watch one
 * task is counted on each node.
 */
public final class RedisTaskStore implements TaskStore {
    private static final String TOPIC = "task";
    private static final Script ROOM = Script.of(RedisTaskStore.class, "task-room.lua");

    /** How often a change is worked out anew; each time, somebody else's has taken place. */
    private static final int ATTEMPTS_MAX = 100;

    private static final int CHUNK = 128;

    static final RawJson LOST =
            Json.parse("{\"code\":-32603,\"message\":\"The server that worked on this task has gone; try again\"}");

    private final Redis redis;
    private final TaskLimits limits;
    private final Bus bus;
    private final InstantSource clock;
    private final TaskKeys keys;
    private final TaskRows rows;
    private final TaskWatchers watchers;

    public RedisTaskStore(Redis redis, MasterKey key, TaskLimits limits, Bus bus, InstantSource clock) {
        this.redis = redis;
        this.limits = limits;
        this.bus = bus;
        this.clock = clock;
        this.keys = new TaskKeys(redis, key);
        this.rows = new TaskRows(redis, keys, key);
        this.watchers = new TaskWatchers(limits.watchersPerTaskMax(), new TaskWatchers.Clockwork() {
            @Override
            public long nowMillis() {
                return clock.millis();
            }

            @Override
            public boolean mayLive(String node) {
                return bus.mayLive(node);
            }

            @Override
            public void lost(String id) {
                failLost(id);
            }
        });
        bus.listen(TOPIC, new Bus.Listener() {
            @Override
            public void heard(Bus.Words words) {
                watchers.changed(new String(words.bytes(), US_ASCII));
            }

            @Override
            public void missed() {
                watchers.missed();
            }
        });
    }

    @Override
    public Task create(TaskOwner owner, String tool, @Nullable Long ttlMillis) throws McpException {
        long now = clock.millis();
        int ttl = ttlMillis == null ? limits.ttlMillis() : limits.clampTtlMillis(ttlMillis);
        var task = new Task(
                keys.newId(owner),
                owner,
                tool,
                new TaskState.Working(),
                null,
                now,
                now,
                ttl,
                limits.pollIntervalMillis());
        if (!room(task, 0, roomOfAll()).isGiven()) {
            throw new McpException(McpError.OVERLOADED, "Too many tasks are kept; try again later");
        }
        var ofPerson = room(task, 0, roomOf(owner));
        if (!ofPerson.isGiven()) {
            room(task, LEAVE, roomOfAll());
            throw new McpException(
                    McpError.TOO_MANY,
                    "You have " + ofPerson.taken() + " tasks, as many as may be kept; try again when one has expired");
        }
        rows.create(task, bus.node());
        return task;
    }

    private static final int LEAVE = -1;

    /** A whole that is bounded. */
    private record Whole(byte[][] keys, int tasksMax, long bytesMax) {}

    private Whole roomOfAll() {
        return new Whole(keys.roomOfAll(), limits.tasksMax(), limits.resultBytesMax());
    }

    /** Where nobody signs in, there are no persons to be fair to. */
    private Whole roomOf(TaskOwner owner) {
        return owner.isSignedIn()
                ? new Whole(keys.roomOf(owner), limits.tasksPerPersonMax(), limits.resultBytesPerPersonMax())
                : new Whole(keys.roomOf(owner), Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    /** @param taken how much there is already of what is full */
    private record Room(boolean isGiven, long taken) {}

    /** Gives a task room for itself and so many bytes, or takes all it has. */
    private Room room(Task task, long bytes, Whole whole) {
        var answer = redis.run(
                ROOM,
                whole.keys(),
                ascii(Long.toString(clock.millis())),
                ascii(task.id()),
                ascii(Long.toString(bytes)),
                ascii(Long.toString(task.createdAtMillis() + task.ttlMillis())),
                ascii(Long.toString(task.ttlMillis() + (long) TaskRows.GRACE_MILLIS)),
                ascii(Integer.toString(whole.tasksMax())),
                ascii(Long.toString(whole.bytesMax())),
                ascii(Long.toString(task.createdAtMillis())));
        boolean given = (long) answer.getFirst() == 1;
        return new Room(given, given ? 0 : (long) answer.get(1));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    @Override
    public @Nullable Task find(String id, TaskOwner owner) {
        var row = live(id);
        if (row == null || !row.task().owner().equals(owner)) {
            return null;
        }
        if (isLost(row)) {
            failLost(id);
            row = live(id);
        }
        return row == null ? null : row.task();
    }

    private TaskRows.@Nullable Row live(String id) {
        var row = TaskKeys.isId(id) ? rows.read(id) : null;
        return row == null || row.task().isExpired(clock.millis()) ? null : row;
    }

    private boolean isLost(TaskRows.Row row) {
        return !row.task().state().isEnd() && !bus.mayLive(row.node());
    }

    /** Its node has gone, and nobody will work on it any more. */
    private void failLost(String id) {
        change(id, task -> task.in(new TaskState.Failed(LOST), clock.millis()));
    }

    @Override
    public List<Task> list(TaskOwner owner, @Nullable Place after, int max) {
        long now = clock.millis();
        List<Task> listed = new ArrayList<>();
        var range = Range.from(
                after == null ? Range.Boundary.<Long>unbounded() : Range.Boundary.including(after.createdAtMillis()),
                Range.Boundary.<Long>unbounded());
        List<String> ids;
        for (int offset = 0; listed.size() < max; offset += CHUNK) {
            ids =
                    redis
                            .await(redis.commands()
                                    .zrangebyscore(keys.created(owner), range, Limit.create(offset, CHUNK)))
                            .stream()
                            .map(id -> new String(id, US_ASCII))
                            .toList();
            for (var row : rows.outlines(ids)) {
                var task = row.task();
                boolean isNext = after == null || isBehind(after, task);
                if (isNext && task.owner().equals(owner) && !task.isExpired(now) && listed.size() < max) {
                    listed.add(isLost(row) ? ended(task) : task);
                }
            }
            if (ids.size() < CHUNK) {
                break;
            }
        }
        return listed;
    }

    private static boolean isBehind(Place after, Task task) {
        return task.createdAtMillis() > after.createdAtMillis()
                || (task.createdAtMillis() == after.createdAtMillis()
                        && task.id().compareTo(after.id()) > 0);
    }

    private Task ended(Task lost) {
        failLost(lost.id());
        return lost.in(new TaskState.Failed(LOST), clock.millis());
    }

    @Override
    public boolean move(String id, TaskState to) {
        return to instanceof TaskState.Completed completed
                ? complete(id, completed)
                : change(id, task -> task.in(to, clock.millis()));
    }

    private boolean complete(String id, TaskState.Completed completed) {
        var row = live(id);
        if (row == null || row.task().state().isEnd()) {
            return false;
        }
        var task = row.task();
        boolean fits = room(task, completed.result().length(), roomOfAll()).isGiven();
        if (fits
                && !room(task, completed.result().length(), roomOf(task.owner()))
                        .isGiven()) {
            room(task, 0, roomOfAll());
            fits = false;
        }
        var end = fits ? completed : new TaskState.Failed(MemoryTaskStore.TOO_LARGE);
        boolean ended = change(id, now -> now.in(end, clock.millis()));
        if (fits && !ended) {
            room(task, 0, roomOfAll());
            room(task, 0, roomOf(task.owner()));
        }
        return ended;
    }

    @Override
    public void answer(String id, String key, TaskAnswer answer) {
        change(id, task -> {
            if (!(task.state() instanceof TaskState.Asking asking)) {
                return task;
            }
            var more = asking.with(key, answer);
            return more.equals(asking) ? task : task.in(more, clock.millis());
        });
    }

    @Override
    public void say(String id, String message) {
        change(id, task -> task.saying(message, clock.millis()));
    }

    /** @return false if the task has ended, or is gone */
    private boolean change(String id, UnaryOperator<Task> step) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            var row = live(id);
            if (row == null || row.task().state().isEnd()) {
                return false;
            }
            var next = step.apply(row.task());
            if (next.equals(row.task())) {
                return true;
            }
            var watching = rows.change(row, next);
            if (watching != null) {
                tell(id, watching);
                return true;
            }
        }
        throw new StoreException("a task was changed " + ATTEMPTS_MAX + " times while it was to be changed once");
    }

    private void tell(String id, List<String> nodes) {
        for (String node : nodes) {
            if (node.equals(bus.node())) {
                watchers.changed(id);
            } else {
                bus.post(node, TOPIC, ascii(id)); // one that is dropped is noticed later: see TaskWatchers
            }
        }
    }

    @Override
    public void forget(String id) {
        var row = TaskKeys.isId(id) ? rows.read(id) : null;
        if (row != null) {
            var watching = rows.remove(id);
            room(row.task(), LEAVE, roomOf(row.task().owner()));
            room(row.task(), LEAVE, roomOfAll());
            tell(id, watching);
        }
    }

    @Override
    public @Nullable Runnable watch(String id, Runnable changed) {
        var unwatch = TaskKeys.isId(id) ? watchers.add(id, changed) : null;
        if (unwatch == null) {
            return null;
        }
        try {
            var outline = rows.watch(id, bus.node());
            if (outline != null && outline.endsAtMillis() > clock.millis()) {
                watchers.know(id, outline);
                return unwatch;
            }
        } catch (StoreException e) {
            unwatch.run();
            throw e;
        }
        unwatch.run();
        return null;
    }

    @Override
    public void sweep() {
        watchers.expire();
    }

    /** @return whether nobody here follows anything; for tests */
    boolean isWatchedByNobody() {
        return watchers.isEmpty();
    }
}
