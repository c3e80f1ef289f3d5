package dev.portcullis.mcp.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Sessions by their ids, bounded, so that most requests need no decryption. May forget at any time. Reading is on the path of each request: it takes no lock, allocates
 * nothing and writes at most one flag, since whoever keeps the order of use has to touch the neighbours of each session used, which with many sessions are in no cache.
 *
 * <p>When there is no room, a hand moves round: what was used since it last passed is spared once (CLOCK). A reader that meets a writer may miss a session, which costs a
 * decryption.
 */
final class SessionTable {
    private final AtomicReferenceArray<@Nullable Entry> buckets;
    private final int sessionsMax;

    /** All of them; guarded by this, as is the hand. */
    private final List<Entry> round = new ArrayList<>();

    private int hand;

    SessionTable(int sessionsMax) {
        this.sessionsMax = Math.max(1, sessionsMax);
        this.buckets = new AtomicReferenceArray<>(Integer.highestOneBit(this.sessionsMax) << 1);
    }

    @Nullable
    Session get(String id) {
        var entry = find(id);
        if (entry == null) {
            return null;
        }
        if (!entry.wasUsed) {
            entry.wasUsed = true;
        }
        return entry.session;
    }

    private @Nullable Entry find(String id) {
        int hash = id.hashCode();
        var entry = buckets.get(bucketOf(hash));
        while (entry != null && !(entry.hash == hash && entry.session.id().equals(id))) {
            entry = entry.next;
        }
        return entry;
    }

    /** Ids are random: any of the hash's bits will do. */
    private int bucketOf(int hash) {
        return hash & (buckets.length() - 1);
    }

    /** Adds it, unless it is there; makes room first if there is none. */
    synchronized void put(Session session) {
        if (find(session.id()) != null) {
            return;
        }
        var entry = new Entry(session);
        if (round.size() < sessionsMax) {
            seat(entry, round.size());
        } else {
            var victim = leastUsed();
            unlink(victim);
            seat(entry, victim.place);
        }
        int bucket = bucketOf(entry.hash);
        entry.next = buckets.get(bucket);
        buckets.set(bucket, entry);
    }

    private void seat(Entry entry, int place) {
        entry.place = place;
        if (place == round.size()) {
            round.add(entry);
        } else {
            round.set(place, entry);
        }
    }

    /** The hand has passed it then. */
    private Entry leastUsed() {
        while (true) {
            hand = hand < round.size() ? hand : 0;
            var entry = round.get(hand++);
            if (!entry.wasUsed) {
                return entry;
            }
            entry.wasUsed = false;
        }
    }

    /** Takes it out; the last one of the round has its place then. */
    synchronized void remove(String id) {
        var entry = find(id);
        if (entry != null) {
            unlink(entry);
            var last = round.removeLast();
            if (last != entry) {
                seat(last, entry.place);
            }
        }
    }

    /** The entry itself still points on, for readers that stand on it. */
    private void unlink(Entry entry) {
        int bucket = bucketOf(entry.hash);
        var before = buckets.get(bucket);
        if (before == entry) {
            buckets.set(bucket, entry.next);
            return;
        }
        while (before != null && before.next != entry) {
            before = before.next;
        }
        if (before == null) {
            throw new IllegalStateException("the chains of the session table are broken");
        }
        before.next = entry.next;
    }

    synchronized int size() {
        return round.size();
    }

    private static final class Entry {
        final Session session;
        final int hash;

        /** In its bucket. */
        volatile @Nullable Entry next;

        /** Read and written without order: a lost update spares or drops an entry a little early. */
        boolean wasUsed;

        /** In the round. */
        int place;

        Entry(Session session) {
            this.session = session;
            this.hash = session.id().hashCode();
        }
    }
}
