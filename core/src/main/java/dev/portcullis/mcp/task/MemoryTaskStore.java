package dev.portcullis.mcp.task;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.json.Json;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps tasks in this process: they end with it, running ones in the midst of their work, and their clients find them unknown then. One lock; every critical section is a
 * few table look-ups, and watchers are told outside of it.
 */
public final class MemoryTaskStore implements TaskStore {
    private static final System.Logger LOG = System.getLogger(MemoryTaskStore.class.getName());
    private static final int ID_BYTES = 16; // 128 bits (H-225)
    private static final Comparator<Place> IN_ORDER =
            Comparator.comparingLong(Place::createdAtMillis).thenComparing(Place::id);
    static final RawJson TOO_LARGE = Json.parse("{\"code\":-32603,\"message\":\"The result is too large to be kept\"}");

    private final TaskLimits limits;
    private final InstantSource clock;

    private final Map<String, Kept> byId = new HashMap<>();
    private final Map<TaskOwner, NavigableMap<Place, Kept>> byOwner = new HashMap<>();
    private final NavigableMap<Place, Kept> byExpiry = new TreeMap<>(IN_ORDER);
    private final Map<Person, Use> byPerson = new HashMap<>();
    private final Use all = new Use();

    /** Whichever client acts for them. */
    private record Person(String issuer, String subject) {
        static Person of(TaskOwner owner) {
            return new Person(owner.issuer(), owner.subject());
        }
    }

    /** How much is kept for somebody. */
    private static final class Use {
        int tasks;
        long resultBytes;
    }

    /** A task, and who follows it. */
    private static final class Kept {
        Task task;
        int resultBytes;
        final List<Watcher> watchers = new ArrayList<>(2);

        Kept(Task task) {
            this.task = task;
        }

        Place expiry() {
            return new Place(task.createdAtMillis() + task.ttlMillis(), task.id());
        }
    }

    /** Compared by identity. */
    private static final class Watcher {
        final Runnable changed;

        Watcher(Runnable changed) {
            this.changed = changed;
        }
    }

    public MemoryTaskStore(TaskLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    public Task create(TaskOwner owner, String tool, @Nullable Long ttlMillis) throws McpException {
        sweep();
        long now = clock.millis();
        int ttl = ttlMillis == null ? limits.ttlMillis() : limits.clampTtlMillis(ttlMillis);
        String id = Randoms.base64Url(ID_BYTES);
        var task = new Task(id, owner, tool, new TaskState.Working(), null, now, now, ttl, limits.pollIntervalMillis());
        synchronized (this) {
            if (all.tasks >= limits.tasksMax()) {
                throw new McpException(McpError.OVERLOADED, "Too many tasks are kept; try again later");
            }
            var person = use(owner);
            if (person != null && person.tasks >= limits.tasksPerPersonMax()) {
                throw new McpException(
                        McpError.TOO_MANY,
                        "You have " + person.tasks + " tasks, as many as may be kept; try again when one has expired");
            }
            keep(new Kept(task), person);
        }
        return task;
    }

    /** @return what is kept for this person; null where nobody signs in: there are no persons to be fair to */
    private @Nullable Use use(TaskOwner owner) {
        return owner.isSignedIn() ? byPerson.computeIfAbsent(Person.of(owner), _ -> new Use()) : null;
    }

    private void keep(Kept kept, @Nullable Use person) {
        var task = kept.task;
        byId.put(task.id(), kept);
        byOwner.computeIfAbsent(task.owner(), _ -> new TreeMap<>(IN_ORDER)).put(Place.of(task), kept);
        byExpiry.put(kept.expiry(), kept);
        all.tasks++;
        if (person != null) {
            person.tasks++;
        }
    }

    @Override
    public @Nullable Task find(String id, TaskOwner owner) {
        var kept = live(id);
        return kept != null && kept.task.owner().equals(owner) ? kept.task : null;
    }

    @Override
    public synchronized List<Task> list(TaskOwner owner, @Nullable Place after, int max) {
        NavigableMap<Place, Kept> owned = byOwner.getOrDefault(owner, Collections.emptyNavigableMap());
        long now = clock.millis();
        return (after == null ? owned : owned.tailMap(after, false))
                .values().stream()
                        .map(kept -> kept.task)
                        .filter(task -> !task.isExpired(now))
                        .limit(max)
                        .toList();
    }

    @Override
    public boolean move(String id, TaskState to) {
        return change(id, task -> task.in(to, clock.millis()));
    }

    @Override
    public void answer(String id, String key, TaskAnswer answer) {
        change(
                id,
                task -> task.state() instanceof TaskState.Asking asking
                        ? task.in(asking.with(key, answer), clock.millis())
                        : task);
    }

    @Override
    public void say(String id, String message) {
        change(id, task -> task.saying(message, clock.millis()));
    }

    /** @return false if the task has ended, or is gone */
    private boolean change(String id, UnaryOperator<Task> step) {
        List<Watcher> watchers;
        synchronized (this) {
            var kept = live(id);
            if (kept == null || kept.task.state().isEnd()) {
                return false;
            }
            kept.task = fitting(kept, step.apply(kept.task));
            watchers = List.copyOf(kept.watchers);
        }
        tell(watchers);
        return true;
    }

    /** One that fails does not keep the others from hearing. */
    private static void tell(List<Watcher> watchers) {
        for (var watcher : watchers) {
            try {
                watcher.changed.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a task's watcher failed", e);
            }
        }
    }

    /** The task as it can be kept; counts its result. */
    private Task fitting(Kept kept, Task task) {
        if (!(task.state() instanceof TaskState.Completed completed)) {
            return task;
        }
        var person = use(task.owner());
        int bytes = completed.result().length();
        if (all.resultBytes + bytes > limits.resultBytesMax()
                || (person != null && person.resultBytes + bytes > limits.resultBytesPerPersonMax())) {
            return task.in(new TaskState.Failed(TOO_LARGE), task.lastUpdatedAtMillis());
        }
        kept.resultBytes = bytes;
        all.resultBytes += bytes;
        if (person != null) {
            person.resultBytes += bytes;
        }
        return task;
    }

    private synchronized @Nullable Kept live(String id) {
        var kept = byId.get(id);
        return kept == null || kept.task.isExpired(clock.millis()) ? null : kept;
    }

    @Override
    public void forget(String id) {
        List<Watcher> watchers;
        synchronized (this) {
            var kept = byId.get(id);
            watchers = kept == null ? List.of() : remove(kept);
        }
        tell(watchers);
    }

    /** @return who followed it */
    private List<Watcher> remove(Kept kept) {
        var task = kept.task;
        byId.remove(task.id());
        byExpiry.remove(kept.expiry());
        byOwner.computeIfPresent(task.owner(), (_, owned) -> {
            owned.remove(Place.of(task));
            return owned.isEmpty() ? null : owned;
        });
        all.tasks--;
        all.resultBytes -= kept.resultBytes;
        byPerson.computeIfPresent(Person.of(task.owner()), (_, use) -> {
            use.tasks--;
            use.resultBytes -= kept.resultBytes;
            return use.tasks == 0 ? null : use;
        });
        return List.copyOf(kept.watchers);
    }

    @Override
    public @Nullable Runnable watch(String id, Runnable changed) {
        var watcher = new Watcher(changed);
        Kept kept;
        synchronized (this) {
            kept = live(id);
            if (kept == null || kept.watchers.size() >= limits.watchersPerTaskMax()) {
                return null;
            }
            kept.watchers.add(watcher);
        }
        return () -> unwatch(kept, watcher);
    }

    private synchronized void unwatch(Kept kept, Watcher watcher) {
        kept.watchers.remove(watcher);
    }

    @Override
    public void sweep() {
        var watchers = new ArrayList<Watcher>();
        synchronized (this) {
            long now = clock.millis();
            while (!byExpiry.isEmpty() && byExpiry.firstEntry().getValue().task.isExpired(now)) {
                watchers.addAll(remove(byExpiry.firstEntry().getValue()));
            }
        }
        tell(watchers);
    }

    /** @return whether nothing is left of any task; for tests */
    public synchronized boolean isEmpty() {
        return byId.isEmpty()
                && byOwner.isEmpty()
                && byExpiry.isEmpty()
                && byPerson.isEmpty()
                && all.tasks == 0
                && all.resultBytes == 0;
    }
}
