package dev.portcullis.mcp.dispatch;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A timer whose time comes when a test says so. */
final class ManualTimer extends ScheduledThreadPoolExecutor {
    private final List<Due> due = new CopyOnWriteArrayList<>();

    private record Due(Runnable command, ScheduledFuture<?> future) {}

    ManualTimer() {
        super(1);
        setRemoveOnCancelPolicy(true);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        var future = super.schedule(() -> {}, 1, TimeUnit.DAYS);
        due.add(new Due(command, future));
        return future;
    }

    /** Runs what waits and is not cancelled; what that schedules waits for the next time. */
    void fire() {
        var now = List.copyOf(due);
        due.removeAll(now);
        now.stream()
                .filter(each -> !each.future().isCancelled())
                .forEach(each -> each.command().run());
    }

    /** @return how many wait and are not cancelled */
    long waiting() {
        return due.stream().filter(each -> !each.future().isCancelled()).count();
    }
}
