package dev.portcullis.oauth.account;

import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.AuditEvent.What;
import dev.portcullis.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Ends grants, at once and on all nodes ({@link GrantStore#onRevocation}), and tells auditors of each. Any thread; blocks on the store. */
final class Revoking {
    /** A store writes what waits together: so many at a time are about as fast as one. */
    private static final int AT_A_TIME = 64;

    private final GrantStore store;
    private final Telemetry telemetry;
    private final String by;

    /** @param by who does it, in words for auditors */
    Revoking(GrantStore store, Telemetry telemetry, String by) {
        this.store = store;
        this.telemetry = telemetry;
        this.by = by;
    }

    /** @return whether it was there to be ended */
    boolean revoke(Grant grant) {
        boolean ended = store.revokeGrant(grant.id());
        if (ended) {
            telemetry.audit(AuditEvent.of(What.GRANT_REVOKED)
                    .client(grant.client().id())
                    .grant(grant.id())
                    .person(grant.subjectKey())
                    .detail(by));
        }
        return ended;
    }

    /**
     * @return how many were ended
     * @throws dev.portcullis.store.StoreException the store could not answer for all of them; asking again goes on
     */
    int revokeAll(List<Grant> grants) {
        var room = new Semaphore(AT_A_TIME);
        var ends = new ArrayList<Future<Boolean>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var grant : grants) {
                room.acquireUninterruptibly();
                ends.add(threads.submit(() -> {
                    try {
                        return revoke(grant);
                    } finally {
                        room.release();
                    }
                }));
            }
        }
        int ended = 0;
        for (var end : ends) {
            ended += resultOf(end) ? 1 : 0;
        }
        return ended;
    }

    private static boolean resultOf(Future<Boolean> end) {
        try {
            return end.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while grants were revoked", e);
        }
    }
}
