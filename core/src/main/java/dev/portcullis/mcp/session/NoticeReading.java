package dev.portcullis.mcp.session;

import dev.portcullis.identity.Principal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A connection that reads a session's standalone stream where nodes share it. Nothing is kept for it but what it has not got yet, of each kind the latest: an event's id is
 * the place of what it tells among the words to all, and from there they are read again when the client comes back. Fields are guarded by this, events are handed over
 * without it, by whichever thread found the first of them.
 *
 * <pre>
 * catching up ── caught up, started ──▶ reading ── superseded ──▶ ended
 *      └─────────────────────────────────┴──────── connection gone ──▶ closed
 * </pre>
 */
final class NoticeReading implements Reading {
    /** By which name it is known to the others. */
    final String name;

    final Replica replica;
    private final StandaloneId id;
    private final Runnable giveBack;
    private final AtomicInteger words = new AtomicInteger();

    /** Who hears; null for nobody (O-145). */
    private volatile @Nullable Principal principal;

    /** Whether the others have heard of it: who is named from then on comes after it. */
    private volatile boolean isConfirmed;

    private final SequencedMap<String, Waiting> waiting = new LinkedHashMap<>();
    private SequencedMap<String, Notice> heard = new LinkedHashMap<>();

    /** How many look back at this moment, or are about to: what comes meanwhile waits until the last of them has. */
    private int looking = 1;

    private @Nullable EventReader reader;
    private boolean over;
    private int placeless;
    private Runnable onEnd = () -> {};

    /** Up to where all has been looked at, and up to where the client has got all. */
    private String covered;

    private String read;
    private String settled;

    /**
     * What the client has not got.
     *
     * @param place where it stands once it has
     */
    private record Waiting(String id, String place, byte[] message) {}

    NoticeReading(String name, Replica replica, Principal principal, String from, StandaloneId id, Runnable giveBack) {
        this.name = name;
        this.replica = replica;
        this.principal = principal;
        this.covered = from;
        this.read = from;
        this.settled = from;
        this.id = id;
        this.giveBack = giveBack;
    }

    @Override
    public synchronized String position() {
        return id.of(read);
    }

    void hearAs(@Nullable Principal now) {
        principal = now;
    }

    /** Runs once it is over; to be called before it begins. */
    void onEnd(Runnable listener) {
        onEnd = listener;
    }

    void confirm() {
        isConfirmed = true;
    }

    boolean isConfirmed() {
        return isConfirmed;
    }

    /** Up to where all has been looked at. */
    synchronized String covered() {
        return covered;
    }

    /** All that was said until there has been told here. */
    synchronized void settle(String place) {
        settled = place;
    }

    /** @return from where the client would go on that names no event: it has got all before it */
    synchronized String stands() {
        return waiting.isEmpty() && looking == 0 ? PlaceOrder.later(covered, settled) : read;
    }

    /** Words may have been missed: what comes waits until they have been looked up, which the caller does. */
    synchronized void fallBehind() {
        looking++;
    }

    /** @return whether the caller is the one to look back */
    synchronized boolean looksBack() {
        boolean first = looking == 0 && !over;
        looking += first ? 1 : 0;
        return first;
    }

    /**
     * Tells what was just heard.
     *
     * @return false if it stands among what was looked up: but it may stand for a later one, too, so that it is to be looked back once more
     */
    boolean tell(Notice notice) {
        synchronized (this) {
            if (looking > 0) {
                heard.remove(notice.key());
                heard.putLast(notice.key(), notice); // the latest of each kind, until it has been looked back
                return true;
            }
            if (!take(notice)) {
                return false;
            }
        }
        more();
        return true;
    }

    /**
     * Tells what was said after {@link #covered}, and then what was heard meanwhile.
     *
     * @param upTo the place of the last of all words that were looked at
     */
    void catchUp(List<Notice> missed, String upTo) {
        synchronized (this) {
            missed.forEach(this::take);
            covered = PlaceOrder.later(covered, upTo);
            looking--;
            if (looking == 0) {
                var since = heard;
                heard = new LinkedHashMap<>();
                since.values().forEach(this::take);
            }
        }
        more();
    }

    /**
     * Tells that all of this may have changed, since it is not known any more what has.
     *
     * @param place up to where it stands for what was said
     */
    void catchUpWithAll(List<Notice> everything, String place) {
        synchronized (this) {
            var told = everything.stream().filter(this::mayHear).toList();
            for (int i = 0; i < told.size(); i++) {
                var notice = told.get(i);
                boolean last = i == told.size() - 1;
                String at = last ? place : covered; // who has got some of it is told all of it again
                put(notice.key(), new Waiting(last ? id.of(at) : id.of(at, i + 1), at, notice.message()));
            }
            covered = place; // also if the client has named one that is yet to come
        }
        catchUp(List.of(), place);
    }

    /**
     * Guarded by this.
     *
     * @return false if what it tells has been looked at already
     */
    private boolean take(Notice notice) {
        if (!notice.place().isEmpty() && PlaceOrder.OF.compare(notice.place(), covered) <= 0) {
            return false;
        }
        if (mayHear(notice)) {
            put(notice.key(), waiting(notice));
        }
        covered = notice.place().isEmpty() ? covered : notice.place();
        return true;
    }

    private Waiting waiting(Notice notice) {
        return notice.place().isEmpty()
                ? new Waiting(id.of(covered, ++placeless), covered, notice.message())
                : new Waiting(id.of(notice.place()), notice.place(), notice.message());
    }

    private void put(String key, Waiting event) {
        waiting.remove(key);
        waiting.putLast(key, event);
    }

    private boolean mayHear(Notice notice) {
        var who = principal;
        return who != null
                && (notice.uri() == null || replica.follows(notice.uri()))
                && notice.may().test(who);
    }

    @Override
    public void start(EventReader to) {
        boolean late;
        synchronized (this) {
            reader = to;
            late = over;
        }
        if (late) {
            to.end();
        } else {
            more();
        }
    }

    @Override
    public void more() {
        if (words.getAndIncrement() != 0) {
            return; // who is handing over will look again
        }
        int count = 1;
        while (count != 0) {
            if (!handOver()) {
                count = words.addAndGet(-count);
            }
        }
    }

    /** @return whether there may be more to do */
    private boolean handOver() {
        EventReader to;
        synchronized (this) {
            to = over || waiting.isEmpty() ? null : reader;
        }
        if (to == null || !to.hasRoom()) {
            return false;
        }
        Waiting event;
        synchronized (this) {
            var first = over ? null : waiting.pollFirstEntry();
            if (first == null) {
                return false;
            }
            event = first.getValue();
            read = event.place();
        }
        to.event(event.id(), event.message());
        return true;
    }

    /** Somebody else reads now, or nobody may. */
    void end() {
        var to = leave();
        if (to != null) {
            to.end();
        }
    }

    /** Gives its place in the count of streams back, although it may go on for a moment. */
    void giveBack() {
        giveBack.run();
    }

    @Override
    public void close() {
        leave();
    }

    private @Nullable EventReader leave() {
        EventReader to;
        boolean first;
        synchronized (this) {
            first = !over;
            to = first ? reader : null;
            over = true;
        }
        giveBack.run();
        if (first) {
            onEnd.run();
        }
        return to;
    }
}
