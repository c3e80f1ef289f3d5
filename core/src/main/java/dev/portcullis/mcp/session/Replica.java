package dev.portcullis.mcp.session;

import dev.portcullis.mcp.model.LogLevel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of a session, and what of it is here: the streams of calls that run here, and who reads. Volatile fields are read by anybody; they are written with
 * this as the lock, but for times.
 *
 * <pre>
 * unknown ── learnt ──▶ known ── ended, here or elsewhere ──▶ ended
 *    ▲                    │
 *    └── changed elsewhere, words missed
 * </pre>
 */
final class Replica {
    private static final int NEVER = -1;

    /** Owns the streams of calls that run here; guarded by the {@link EventLog}. */
    final SessionState state;

    /** When it was used here, and when that was written down for the others, in milliseconds since 1970. */
    volatile long usedMillis;

    volatile long writtenMillis;

    volatile boolean isEnded;

    /** Whether there is anything that a rest could lose. */
    volatile boolean isRemembered;

    private volatile @Nullable LogLevel level;
    private volatile Set<String> uris = Set.of();
    private volatile int knownSince = NEVER;
    private volatile long version;
    private volatile long heardVersion;

    /** Guarded by this. */
    private int news;

    private volatile @Nullable NoticeReading standalone;

    /** Readings of streams of calls that run elsewhere, by the streams' names. */
    final Map<String, RemoteReading> remote = new ConcurrentHashMap<>(2);

    Replica(Session session, long nowMillis) {
        this.state = new SessionState(session, nowMillis);
        this.usedMillis = nowMillis;
    }

    Session session() {
        return state.session;
    }

    /** @param epoch grows whenever words may have been missed */
    boolean isKnown(int epoch) {
        return knownSince == epoch && version >= heardVersion;
    }

    /** There is nothing to know. */
    synchronized void isNew(int epoch) {
        knownSince = epoch;
    }

    /**
     * How things stand before something is looked up.
     *
     * @param epoch of the store
     * @param news how often this has changed
     */
    record Before(int epoch, int news) {}

    synchronized Before before(int epoch) {
        return new Before(epoch, news);
    }

    /** Takes what was looked up, unless something newer is known since. */
    synchronized void learn(SessionRows.Row.Live row, Before before) {
        isRemembered = true;
        boolean isUndisturbed = news == before.news();
        if (isUndisturbed || row.version() >= version) {
            know(row.version(), row.level(), row.uris(), before.epoch());
            heardVersion = isUndisturbed ? row.version() : heardVersion;
        }
    }

    /** There is nothing, or nothing any more. */
    synchronized void learnNothing(Before before) {
        if (news == before.news()) {
            know(0, null, Set.of(), before.epoch());
            heardVersion = 0;
            isRemembered = false;
        }
    }

    private void know(long newVersion, @Nullable LogLevel newLevel, Set<String> newUris, int epoch) {
        version = newVersion;
        level = newLevel;
        uris = newUris;
        knownSince = Math.max(knownSince, epoch);
        news++;
    }

    /**
     * Another node has changed it.
     *
     * @return whether that is news
     */
    synchronized boolean changed(long newer) {
        if (newer > heardVersion && newer > version) {
            heardVersion = newer;
            news++;
        }
        return newer > version;
    }

    synchronized void end() {
        isEnded = true;
    }

    LogLevel level() {
        var said = level;
        return said == null ? LogLevel.WARNING : said;
    }

    boolean follows(String uri) {
        return uris.contains(uri);
    }

    Set<String> uris() {
        return uris;
    }

    @Nullable
    NoticeReading standalone() {
        return standalone;
    }

    /** @return who read before */
    synchronized @Nullable NoticeReading readBy(NoticeReading reading) {
        var before = standalone;
        standalone = reading;
        return before;
    }

    synchronized void left(NoticeReading reading) {
        if (standalone == reading) {
            standalone = null;
        }
    }

    /** Whether somebody reads here, or a call that runs here may still say something. The caller holds the log. */
    boolean isBusy() {
        return standalone != null || !remote.isEmpty() || state.isBusy();
    }
}
