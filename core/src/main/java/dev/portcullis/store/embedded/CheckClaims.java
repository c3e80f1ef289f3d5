package dev.portcullis.store.embedded;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which grants somebody asks the identity provider about ({@link dev.portcullis.store.GrantStore#claimCheck}). In memory alone: the file has one process, and a claim that outlived it would
 * only make refreshes wait for nobody. Any thread.
 */
final class CheckClaims {
    /** Beyond so many, those that have ended by themselves are dropped first. */
    private static final int SWEPT_FROM = 1_000;

    private final Map<String, Long> untilSeconds = new ConcurrentHashMap<>();

    /** @return true for one of racing callers, until {@link #end} or the end of the claim */
    boolean take(String grantId, long until, long nowSeconds) {
        if (untilSeconds.size() >= SWEPT_FROM) {
            untilSeconds.values().removeIf(end -> end <= nowSeconds);
        }
        var taken = new boolean[1];
        untilSeconds.compute(grantId, (_, end) -> {
            taken[0] = end == null || end <= nowSeconds;
            return taken[0] ? (Long) until : end;
        });
        return taken[0];
    }

    void end(String grantId) {
        untilSeconds.remove(grantId);
    }

    /** @return Unix seconds; 0 if nobody has claimed it */
    long until(String grantId) {
        return untilSeconds.getOrDefault(grantId, 0L);
    }

    int size() {
        return untilSeconds.size();
    }
}
