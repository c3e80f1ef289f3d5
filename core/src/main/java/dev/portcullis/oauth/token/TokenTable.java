package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Live access tokens in this process, bounded. Reading takes no lock, allocates nothing and writes at most one flag: it is on the path of each request. Writing
 * (after the store was asked, and on revocation) takes the one lock, which also guards the chains below.
 *
 * <p>Each entry hangs in two chains: that of all entries by age, along which a hand moves when there is no room (SIEVE: an entry that was read since the hand
 * last passed is spared once), and that of its grant, so that revoking a grant costs as much as the grant has tokens here.
 */
final class TokenTable {
    private final Map<TokenHash, Entry> entries = new ConcurrentHashMap<>();
    private final Map<String, Entry> newestOfGrant = new HashMap<>();
    private final int entriesMax;
    private @Nullable Entry newest;
    private @Nullable Entry oldest;
    private @Nullable Entry hand;

    TokenTable(int entriesMax) {
        this.entriesMax = Math.max(1, entriesMax);
    }

    @Nullable
    VerifiedToken get(TokenHash hash) {
        Entry entry = entries.get(hash);
        if (entry == null) {
            return null;
        }
        if (!entry.wasRead) {
            entry.wasRead = true;
        }
        return entry.token;
    }

    /** Adds or replaces; makes room first if there is none. */
    synchronized void put(VerifiedToken token, long nowSeconds) {
        remove(token.hash());
        if (entries.size() >= entriesMax) {
            unlink(victim(nowSeconds));
        }
        link(new Entry(token));
    }

    synchronized void remove(TokenHash hash) {
        Entry entry = entries.get(hash);
        if (entry != null) {
            unlink(entry);
        }
    }

    synchronized void removeGrant(String grantId) {
        for (Entry entry = newestOfGrant.get(grantId); entry != null; entry = newestOfGrant.get(grantId)) {
            unlink(entry);
        }
    }

    int size() {
        return entries.size();
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
        entries.put(entry.token.hash(), entry);
    }

    private void unlink(Entry entry) {
        entries.remove(entry.token.hash());
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
            throw new IllegalStateException("a full table has an oldest entry");
        }
        return entry;
    }

    private static final class Entry {
        final VerifiedToken token;

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

        Entry(VerifiedToken token) {
            this.token = token;
        }

        String grantId() {
            return token.principal().grantId();
        }
    }
}
