package dev.portcullis.oauth.token;

import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityProvider;
import dev.portcullis.identity.IdentityProvider.SignIn;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Asks the identity provider whether a grant may go on (O-99, O-145): once, however many refreshes ask at the same time. Within the process they share a flight; among
 * nodes one claims the question in the store, and the others wait for what it writes there.
 *
 * <pre>
 *  no refresh token of the provider's, or its last word is recent ───────────────► Confirmed
 *  else, one flight:   claim ──► another node has it ──► it wrote an answer ─────► Confirmed
 *                        │                           └─► it gave up, or too long ► Unconfirmed
 *                        ▼
 *                      ask ────► yes ──► what it said now, and its next refresh token, are durable ──► Confirmed
 *                          ────► no ──► the grant is revoked ────────────────────► Refused
 *                          ────► out of reach, or an answer that does not hold ──► Unconfirmed; the claim ends
 * </pre>
 *
 * A provider that rotates its refresh tokens has spent the old one once it has answered. So the new one is durable before anybody is told anything, is kept though the
 * rest of the answer does not hold, and is kept in memory while the store fails ({@link UnsavedAnswers}). Any thread; blocks on the store and the provider.
 */
final class ProviderCheck {
    private static final Logger LOG = System.getLogger(ProviderCheck.class.getName());
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final GrantStore store;
    private final IdentityProvider provider;
    private final int recheckSeconds;
    private final Telemetry telemetry;
    private final Map<String, CompletableFuture<Standing>> flights = new ConcurrentHashMap<>();
    private final UnsavedAnswers unsaved;

    /**
     * What the provider said.
     *
     * @param checkedAt when it last answered whether the person still may
     * @param claimedNanos when the question was claimed, about
     */
    private record Said(GrantProps next, boolean isPersonChanged, long checkedAt, long claimedNanos) {}

    ProviderCheck(GrantStore store, Oversight oversight, Telemetry telemetry) {
        this.store = store;
        this.provider = oversight.provider();
        this.recheckSeconds = oversight.recheckSeconds();
        this.telemetry = telemetry;
        this.unsaved = new UnsavedAnswers(store, oversight.saveAgainMillis());
    }

    /**
     * @param grant as it was read for this request
     * @param grantKey opens its properties
     * @throws StoreException the store cannot answer
     */
    Standing standing(Grant grant, SecretKey grantKey, long nowSeconds) {
        GrantProps props = open(grant, grantKey);
        if (props.upstreamRefreshToken() == null || isRecent(grant, nowSeconds)) {
            return new Standing.Confirmed(props.identity());
        }
        var flight = new CompletableFuture<Standing>();
        var running = flights.putIfAbsent(grant.id(), flight);
        if (running != null) {
            return landed(running);
        }
        try {
            Standing standing = fly(grant, grantKey, nowSeconds);
            flight.complete(standing);
            return standing;
        } catch (RuntimeException | Error e) {
            flight.completeExceptionally(e);
            throw e;
        } finally {
            flights.remove(grant.id(), flight);
        }
    }

    private static Standing landed(CompletableFuture<Standing> flight) {
        try {
            return flight.join();
        } catch (CompletionException e) {
            throw new StoreException("the check that this one waited for failed", e);
        }
    }

    /** A clock set back makes a word older, never younger (T-116). */
    private boolean isRecent(Grant grant, long nowSeconds) {
        long age = nowSeconds - grant.checkedAt();
        return age >= 0 && age < recheckSeconds;
    }

    private Standing fly(Grant read, SecretKey grantKey, long nowSeconds) {
        // Another flight may have landed since this request read the grant: looked at before the claim, which costs a
        // write, and under it.
        Grant before = store.grant(read.id(), nowSeconds);
        if (before == null) {
            unsaved.forget(read.id());
            return new Standing.Over();
        }
        if (isAnswered(before, read)) {
            return new Standing.Confirmed(open(before, grantKey).identity());
        }
        if (unsaved.isKept(read.id())) {
            return saveFirst(before, grantKey, nowSeconds);
        }
        boolean claimed = claim(read, nowSeconds);
        Grant grant = store.grant(read.id(), nowSeconds);
        if (grant == null) {
            return new Standing.Over();
        }
        if (!claimed) {
            return awaitAnswer(grant, read, grantKey, nowSeconds);
        }
        if (isAnswered(grant, read)) {
            store.releaseCheck(grant.id());
            return new Standing.Confirmed(open(grant, grantKey).identity());
        }
        return ask(grant, grantKey, nowSeconds);
    }

    private boolean claim(Grant grant, long nowSeconds) {
        return store.claimCheck(grant.id(), nowSeconds + Oversight.CLAIM_SECONDS, nowSeconds);
    }

    /** The store has failed to take an answer: it is asked to before the provider is asked with a token that may be spent. */
    private Standing saveFirst(Grant read, SecretKey grantKey, long nowSeconds) {
        boolean claimedAnew = !unsaved.isClaimed(read.id());
        if (claimedAnew && !claim(read, nowSeconds)) {
            return awaitAnswer(read, read, grantKey, nowSeconds);
        }
        boolean saved = unsaved.save(read.id());
        if (!saved && claimedAnew) {
            store.releaseCheck(read.id());
        }
        Grant grant = store.grant(read.id(), nowSeconds);
        if (grant == null) {
            return new Standing.Over();
        }
        return isRecent(grant, nowSeconds)
                ? new Standing.Confirmed(open(grant, grantKey).identity())
                : fly(grant, grantKey, nowSeconds);
    }

    /** Another time, not a later one: the clock may have been set back meanwhile (T-116). */
    private static boolean isAnswered(Grant grant, Grant read) {
        return grant.checkedAt() != read.checkedAt();
    }

    /** Another node is asking. */
    private Standing awaitAnswer(Grant first, Grant read, SecretKey grantKey, long nowSeconds) {
        long begun = System.nanoTime();
        Grant grant = first;
        while (!isAnswered(grant, read)) {
            boolean over = System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(Oversight.WAIT_MILLIS);
            if (grant.checkingUntil() <= nowSeconds
                    || over
                    || Thread.currentThread().isInterrupted()) {
                return new Standing.Unconfirmed(open(grant, grantKey).identity(), grant.checkedAt());
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            Grant next = store.grant(grant.id(), nowSeconds);
            if (next == null) {
                return new Standing.Over();
            }
            grant = next;
        }
        return new Standing.Confirmed(open(grant, grantKey).identity());
    }

    private Standing ask(Grant grant, SecretKey grantKey, long nowSeconds) {
        GrantProps props = open(grant, grantKey);
        long claimedNanos = System.nanoTime();
        SignIn answer;
        try {
            answer = provider.refresh(String.valueOf(props.upstreamRefreshToken()), props.identity());
        } catch (IdentityException e) {
            return failed(grant, e, claimedNanos, grantKey, nowSeconds);
        } catch (RuntimeException e) {
            store.releaseCheck(grant.id());
            throw e;
        }
        audit(grant, null);
        boolean changed = !answer.identity().equals(props.identity());
        var next = new GrantProps(answer.identity(), answer.refreshToken());
        return save(grant, new Said(next, changed, nowSeconds, claimedNanos), grantKey, nowSeconds)
                ? new Standing.Confirmed(answer.identity())
                : new Standing.Over();
    }

    private Standing failed(Grant grant, IdentityException e, long claimedNanos, SecretKey grantKey, long nowSeconds) {
        GrantProps props = open(grant, grantKey);
        switch (e.kind()) {
            case REFUSED -> {
                audit(grant, "the identity provider refuses");
                store.revokeGrant(grant.id());
                LOG.log(
                        Level.INFO,
                        "the identity provider refuses a refresh; the grant ends: {0}: {1}",
                        Audit.id(grant.id()),
                        e.getMessage());
                return new Standing.Refused();
            }
            case INVALID ->
                LOG.log(
                        Level.ERROR,
                        "the identity provider cannot be asked about grants, which counts as an outage; see to the ACCESS_* settings and the Access application: {0}",
                        e.getMessage());
            case UNAVAILABLE ->
                LOG.log(Level.WARNING, "the identity provider cannot be asked about a grant: {0}", e.getMessage());
        }
        telemetry.refused(Outcome.IDENTITY_PROVIDER_UNAVAILABLE);
        String next = e.nextRefreshToken();
        if (next == null || next.equals(props.upstreamRefreshToken())) {
            store.releaseCheck(grant.id());
        } else {
            var kept = new GrantProps(props.identity(), next);
            if (!save(grant, new Said(kept, false, grant.checkedAt(), claimedNanos), grantKey, nowSeconds)) {
                return new Standing.Over();
            }
        }
        return new Standing.Unconfirmed(props.identity(), grant.checkedAt());
    }

    /**
     * While the store fails the claim is kept: another node that got it would ask with a token that is spent, and be told that the grant is over.
     *
     * @return false if the grant is gone
     */
    private boolean save(Grant grant, Said said, SecretKey grantKey, long nowSeconds) {
        byte[] sealed = GrantCipher.sealProps(said.next.encode(), grantKey, grant.id());
        try {
            return store.putChecked(grant.id(), sealed, said.isPersonChanged, said.checkedAt, nowSeconds);
        } catch (StoreException e) {
            unsaved.keep(
                    grant.id(),
                    new UnsavedAnswers.Answer(
                            grant.sealedProps(),
                            sealed,
                            said.isPersonChanged,
                            said.checkedAt,
                            nowSeconds,
                            said.claimedNanos));
            throw e;
        }
    }

    private static GrantProps open(Grant grant, SecretKey grantKey) {
        return GrantProps.decode(GrantCipher.openProps(grant.sealedProps(), grantKey, grant.id()));
    }

    private void audit(Grant grant, @Nullable String refusal) {
        var event = AuditEvent.of(AuditEvent.What.PROVIDER_CHECK)
                .client(grant.client().id())
                .grant(grant.id())
                .person(grant.subjectKey());
        telemetry.audit(refusal == null ? event : event.failed(refusal));
    }
}
