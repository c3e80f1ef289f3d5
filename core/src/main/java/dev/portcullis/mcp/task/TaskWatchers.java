package dev.portcullis.mcp.task;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Who follows which task on this node. Each is told on threads of their own, so that neither the bus nor whoever changes a task waits; what changes again meanwhile is told
 * once. As long as anybody follows anything, a thread looks each second whether the time of a task is over, or its node has gone, and now and then has all of them look for
 * themselves, so that nobody waits for ever for a word that was lost. One lock, never held while anybody is told.
 */
final class TaskWatchers {
    private static final System.Logger LOG = System.getLogger(TaskWatchers.class.getName());
    private static final int LOOK_SECONDS = 15;

    private final int perTaskMax;
    private final Clockwork clockwork;

    // guarded by this
    private final Map<String, Watched> byId = new HashMap<>();
    private boolean looking;

    /** What is looked at each second. Called on a thread that may block. */
    interface Clockwork {
        long nowMillis();

        boolean mayLive(String node);

        /** The node that worked on this task has gone. */
        void lost(String id);
    }

    /** A task that is followed. Guarded by the lock of all. */
    private static final class Watched {
        final List<Runnable> watchers = new ArrayList<>(2);
        TaskRows.@Nullable Outline outline;
        boolean due;

        /** Whether its node has gone, and that has been seen to. */
        boolean isLost;
    }

    TaskWatchers(int perTaskMax, Clockwork clockwork) {
        this.perTaskMax = perTaskMax;
        this.clockwork = clockwork;
    }

    /** @return runs to follow no more; null if too many follow it here */
    @Nullable
    Runnable add(String id, Runnable changed) {
        var watcher = new Watcher(changed);
        synchronized (this) {
            var watched = byId.computeIfAbsent(id, _ -> new Watched());
            if (watched.watchers.size() >= perTaskMax) {
                return null;
            }
            watched.watchers.add(watcher);
            if (!looking) {
                looking = true;
                Thread.ofVirtual().name("tasks").start(this::look);
            }
        }
        return () -> remove(id, watcher);
    }

    /** Compared by identity. */
    private static final class Watcher implements Runnable {
        private final Runnable changed;

        Watcher(Runnable changed) {
            this.changed = changed;
        }

        @Override
        public void run() {
            changed.run();
        }
    }

    private synchronized void remove(String id, Watcher watcher) {
        byId.computeIfPresent(id, (_, watched) -> {
            watched.watchers.remove(watcher);
            return watched.watchers.isEmpty() ? null : watched;
        });
    }

    /** Says what is known of a task that is followed. */
    synchronized void know(String id, TaskRows.Outline outline) {
        var watched = byId.get(id);
        if (watched != null) {
            watched.outline = outline;
        }
    }

    /** Tells those who follow a task. Does not block. */
    void changed(String id) {
        synchronized (this) {
            var watched = byId.get(id);
            if (watched == null || watched.due) {
                return;
            }
            watched.due = true;
        }
        Thread.ofVirtual().name("task").start(() -> tell(due(id)));
    }

    private synchronized List<Runnable> due(String id) {
        var watched = byId.get(id);
        if (watched == null) {
            return List.of();
        }
        watched.due = false;
        return List.copyOf(watched.watchers);
    }

    /** One that fails does not keep the others from hearing. */
    private static void tell(List<Runnable> watchers) {
        for (var watcher : watchers) {
            try {
                watcher.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "a task's watcher could not look; it will again", e);
            }
        }
    }

    /** Something may have changed. Does not block. */
    void missed() {
        ids().forEach(this::changed);
    }

    private synchronized List<String> ids() {
        return List.copyOf(byId.keySet());
    }

    private void look() {
        for (int second = 1; isNeeded(); second++) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            try {
                expire();
                lost().forEach(this::lose);
                if (second % LOOK_SECONDS == 0) {
                    missed();
                }
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "could not look after tasks; tried again in a second", e);
            }
        }
    }

    private synchronized boolean isNeeded() {
        looking = !byId.isEmpty();
        return looking;
    }

    /** Tells those who follow tasks whose time is over, for the last time. */
    void expire() {
        long now = clockwork.nowMillis();
        List<Runnable> last = new ArrayList<>();
        synchronized (this) {
            byId.values().removeIf(watched -> {
                boolean over = watched.outline != null && watched.outline.endsAtMillis() <= now;
                if (over) {
                    last.addAll(watched.watchers);
                }
                return over;
            });
        }
        tell(last);
    }

    private synchronized List<String> lost() {
        List<String> lost = new ArrayList<>();
        byId.forEach((id, watched) -> {
            if (!watched.isLost && watched.outline != null && !clockwork.mayLive(watched.outline.node())) {
                lost.add(id);
            }
        });
        return lost;
    }

    /** Once: its watchers may stay, for what they hear of other tasks. */
    private void lose(String id) {
        clockwork.lost(id);
        synchronized (this) {
            var watched = byId.get(id);
            if (watched != null) {
                watched.isLost = true;
            }
        }
    }

    /** @return whether nobody follows anything; for tests */
    synchronized boolean isEmpty() {
        return byId.isEmpty();
    }
}
