package dev.portcullis.oauth.token;

import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What the identity provider has answered and the store did not take, sealed as it was to be stored. The store is asked again and again while the claim is this process's: the next refresh may come
 * to another node, which would ask with a token that is spent, once the claim has ended by itself.
 *
 * <pre>
 *   kept ──► after 0.2 to 5 s, tried again ──► taken, or it counts no more ──► forgotten
 *                ▲                    │
 *                └────────────────────┤ the store still fails
 *                                     └─► the claim ends soon: kept for the next refresh on this node
 * </pre>
 *
 * Any thread; {@link #save} blocks on the store.
 */
final class UnsavedAnswers {
    private static final Logger LOG = System.getLogger(UnsavedAnswers.class.getName());
    private static final int ANSWERS_MAX = 1_000;
    private static final int AGAIN_MILLIS_MAX = 5_000;

    /** How long a write may take, and be late. */
    private static final int MARGIN_SECONDS = 10;

    /**
     * What the provider said.
     *
     * @param stored the sealed properties that the store held: these count only while it still does
     * @param next the sealed properties that are to be in their place
     * @param nowSeconds when it was asked
     * @param claimedNanos when it was claimed, about
     */
    record Answer(
            byte[] stored, byte[] next, boolean isPersonChanged, long checkedAt, long nowSeconds, long claimedNanos) {
        /** Whether nobody else can have the claim for so much longer. */
        boolean isClaimedFor(long millis) {
            long seconds = Oversight.CLAIM_SECONDS - MARGIN_SECONDS;
            return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis) - claimedNanos
                    < TimeUnit.SECONDS.toNanos(seconds);
        }
    }

    /** An answer on its way to the store: its lock is held by whoever hands it over, so that nothing is stored late in place of what came after it. */
    private static final class Waiting {
        final Answer answer;

        Waiting(Answer answer) {
            this.answer = answer;
        }
    }

    private final GrantStore store;
    private final int againMillis;
    private final Map<String, Waiting> kept = new ConcurrentHashMap<>();

    /** @param againMillis until the store is asked again for the first time; doubles each time */
    UnsavedAnswers(GrantStore store, int againMillis) {
        this.store = store;
        this.againMillis = againMillis;
    }

    /** Beyond what there is room for, it is lost. */
    void keep(String grantId, Answer answer) {
        if (kept.size() < ANSWERS_MAX) {
            var waiting = new Waiting(answer);
            kept.put(grantId, waiting);
            Thread.ofVirtual().name("provider-answer").start(() -> saveLater(grantId, waiting));
        }
    }

    boolean isKept(String grantId) {
        return kept.containsKey(grantId);
    }

    /** Whether the claim under which it was given is this process's still. */
    boolean isClaimed(String grantId) {
        Waiting waiting = kept.get(grantId);
        return waiting != null && waiting.answer.isClaimedFor(0);
    }

    void forget(String grantId) {
        kept.remove(grantId);
    }

    private void saveLater(String grantId, Waiting waiting) {
        long millis = againMillis;
        while (waiting.answer.isClaimedFor(millis)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
            try {
                save(grantId, waiting);
                return;
            } catch (RuntimeException e) { // whatever it is, the next time may be better
                LOG.log(Level.DEBUG, "what the identity provider said is not stored yet", e);
            }
            millis = Math.min(2 * millis, AGAIN_MILLIS_MAX);
        }
        LOG.log(Level.WARNING, "what the identity provider said of a grant could not be stored in time");
    }

    /**
     * Hands to the store what is kept, under the claim.
     *
     * @return whether it was stored, which has ended the claim; if not, it counts no more: it was stored before, or something else was
     * @throws dev.portcullis.store.StoreException it is still kept
     */
    boolean save(String grantId) {
        Waiting waiting = kept.get(grantId);
        return waiting != null && save(grantId, waiting);
    }

    private boolean save(String grantId, Waiting waiting) {
        synchronized (waiting) {
            if (kept.get(grantId) != waiting) {
                return false; // somebody else was here
            }
            var answer = waiting.answer;
            Grant grant = store.grant(grantId, answer.nowSeconds);
            boolean counts = grant != null && Arrays.equals(grant.sealedProps(), answer.stored);
            if (counts) {
                store.putChecked(grantId, answer.next, answer.isPersonChanged, answer.checkedAt, answer.nowSeconds);
            }
            kept.remove(grantId, waiting);
            return counts;
        }
    }
}
