package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Live access tokens in this process, bounded. Reading takes no lock, allocates nothing and writes at most one flag: it is on the path of each request. Writing
 * (after the store was asked, and on revocation) takes the one lock, which also guards the chains below.
 *
 * <p>A hash table of its own, since a general one follows three more pointers to the same answer. The bits of a SHA-256 are spread as they come. A reader that
 * meets a writer may miss an entry, which costs a look-up in the store; it never finds one that was taken out before it began, nor one of another token.
 *
 * <p>Each entry hangs in two more chains: that of all entries by age, along which a hand moves when there is no room (SIEVE: an entry that was read since the hand
 * last passed is spared once), and that of its grant, so that revoking a grant costs as much as the grant has tokens here.
 */
final class TokenTable {
    /** So many that an entry is nearly always the first of its bucket: another before it costs a wait for memory, and a branch that was guessed wrong. */
    private static final int BUCKETS_BY_ENTRIES = 8;

    private final AtomicReferenceArray<@Nullable Entry> buckets;
    private final Map<String, Entry> newestOfGrant = new HashMap<>();
    private final int entriesMax;
    private int size;
    private @Nullable Entry newest;
    private @Nullable Entry oldest;
    private @Nullable Entry hand;

    TokenTable(int entriesMax) {
        this.entriesMax = Math.max(1, entriesMax);
        this.buckets = new AtomicReferenceArray<>(Integer.highestOneBit(this.entriesMax) * BUCKETS_BY_ENTRIES);
    }

    @Nullable
    VerifiedToken get(TokenHash hash) {
        return used(find(hash));
    }

    /**
     * The same, of what was read from the store lately.
     *
     * @param fromMillis when it was read at the earliest
     * @param toMillis and at the latest: what seems to have been read later was read before the clock was set back (T-116)
     */
    @Nullable
    VerifiedToken get(TokenHash hash, long fromMillis, long toMillis) {
        Entry entry = find(hash);
        return entry == null || entry.readAtMillis < fromMillis || entry.readAtMillis > toMillis ? null : used(entry);
    }

    private static @Nullable VerifiedToken used(@Nullable Entry entry) {
        if (entry == null) {
            return null;
        }
        if (!entry.wasRead) {
            entry.wasRead = true;
        }
        return entry.token;
    }

    private @Nullable Entry find(TokenHash hash) {
        Entry entry = buckets.get(bucketOf(hash.a()));
        while (entry != null && !entry.isOf(hash)) {
            entry = entry.next;
        }
        return entry;
    }

    private int bucketOf(long firstWord) {
        return (int) firstWord & (buckets.length() - 1);
    }

    /**
     * Adds or replaces; makes room first if there is none.
     *
     * @param readAtMillis when the store was asked for it
     */
    synchronized void put(VerifiedToken token, long readAtMillis) {
        remove(token.hash());
        if (size >= entriesMax) {
            unlink(victim(readAtMillis / 1000));
        }
        link(new Entry(token, readAtMillis));
    }

    synchronized void remove(TokenHash hash) {
        Entry entry = find(hash);
        if (entry != null) {
            unlink(entry);
        }
    }

    synchronized void removeGrant(String grantId) {
        for (Entry entry = newestOfGrant.get(grantId); entry != null; entry = newestOfGrant.get(grantId)) {
            unlink(entry);
        }
    }

    synchronized void clear() {
        for (int bucket = 0; bucket < buckets.length(); bucket++) {
            buckets.set(bucket, null);
        }
        newestOfGrant.clear();
        newest = null;
        oldest = null;
        hand = null;
        size = 0;
    }

    synchronized int size() {
        return size;
    }

    private Entry victim(long nowSeconds) {
        Entry candidate = hand != null ? hand : present(oldest);
        while (candidate.wasRead && candidate.token.expiresAtSeconds() > nowSeconds) {
            candidate.wasRead = false;
            candidate = candidate.newer != null ? candidate.newer : present(oldest);
        }
        hand = candidate;
        return candidate;
    }

    private void link(Entry entry) {
        entry.older = newest;
        if (newest != null) {
            newest.newer = entry;
        } else {
            oldest = entry;
        }
        newest = entry;
        entry.olderOfGrant = newestOfGrant.put(entry.grantId(), entry);
        if (entry.olderOfGrant != null) {
            entry.olderOfGrant.newerOfGrant = entry;
        }
        int bucket = bucketOf(entry.a);
        entry.next = buckets.get(bucket);
        buckets.set(bucket, entry);
        size++;
    }

    private void unlink(Entry entry) {
        unlinkFromBucket(entry);
        size--;
        if (hand == entry) {
            hand = entry.newer;
        }
        if (entry.newer != null) {
            entry.newer.older = entry.older;
        } else {
            newest = entry.older;
        }
        if (entry.older != null) {
            entry.older.newer = entry.newer;
        } else {
            oldest = entry.newer;
        }
        unlinkFromGrant(entry);
    }

    /** The entry itself still points on, for readers that stand on it. */
    private void unlinkFromBucket(Entry entry) {
        int bucket = bucketOf(entry.a);
        Entry before = buckets.get(bucket);
        if (before == entry) {
            buckets.set(bucket, entry.next);
            return;
        }
        while (before != null && before.next != entry) {
            before = before.next;
        }
        present(before).next = entry.next;
    }

    private void unlinkFromGrant(Entry entry) {
        if (entry.olderOfGrant != null) {
            entry.olderOfGrant.newerOfGrant = entry.newerOfGrant;
        }
        if (entry.newerOfGrant != null) {
            entry.newerOfGrant.olderOfGrant = entry.olderOfGrant;
        } else if (entry.olderOfGrant != null) {
            newestOfGrant.put(entry.grantId(), entry.olderOfGrant);
        } else {
            newestOfGrant.remove(entry.grantId());
        }
    }

    private static Entry present(@Nullable Entry entry) {
        if (entry == null) {
            throw new IllegalStateException("the chains of the token table are broken");
        }
        return entry;
    }

    private static final class Entry {
        final long a;
        final long b;
        final long c;
        final long d;
        final VerifiedToken token;
        final long readAtMillis;

        /** In its bucket. */
        volatile @Nullable Entry next;

        /** Read and written without order: a lost update spares or drops an entry a little early. */
        boolean wasRead;

        @Nullable
        Entry newer;

        @Nullable
        Entry older;

        @Nullable
        Entry newerOfGrant;

        @Nullable
        Entry olderOfGrant;

        Entry(VerifiedToken token, long readAtMillis) {
            this.token = token;
            this.readAtMillis = readAtMillis;
            a = token.hash().a();
            b = token.hash().b();
            c = token.hash().c();
            d = token.hash().d();
        }

        /** Compares in constant time, as {@link TokenHash#equals} does. */
        boolean isOf(TokenHash hash) {
            return ((a ^ hash.a()) | (b ^ hash.b()) | (c ^ hash.c()) | (d ^ hash.d())) == 0;
        }

        String grantId() {
            return token.principal().grantId();
        }
    }
}
