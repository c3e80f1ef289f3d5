package dev.portcullis.mcp.dispatch;

import java.util.concurrent.TimeUnit;

/** What a call has told its client so far, so that it tells neither backwards nor too much. Guarded by the call's lock. */
final class Told {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private double progress = Double.NEGATIVE_INFINITY;
    private long windowFromNanos;
    private int logs;

    /** @return whether it rises (H-133); then it counts as told */
    boolean progress(double now) {
        if (now <= progress) {
            return false;
        }
        progress = now;
        return true;
    }

    /** @return whether one more may be told; then it counts as told (T-43) */
    boolean log(int perSecondMax, long nowNanos) {
        if (logs == 0 || nowNanos - windowFromNanos >= WINDOW_NANOS) {
            windowFromNanos = nowNanos;
            logs = 0;
        }
        return logs < perSecondMax && ++logs > 0;
    }
}
