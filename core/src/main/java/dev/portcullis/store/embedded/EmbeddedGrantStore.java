package dev.portcullis.store.embedded;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.record.Records.RefreshRow;
import dev.portcullis.store.record.Records.RememberedClient;
import dev.portcullis.store.record.Records.SpentId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The grant store of a single server: one file that survives {@code kill -9} and power cuts, or memory alone. Any thread; a write blocks until it is durable
 * (many share one fsync), a read takes no lock.
 *
 * <p>A refresh token's way through its family:
 *
 * <pre>
 *             rotate(it): first use                    its successor's first use           overlap over
 *   fresh ─────────────────────────► used ────────────────────────────► replaced ────────────────────────► remembered
 *                                     │ rotate: same successor            │ rotate: same successor           │ rotate: Reused, the grant is revoked
 *                                                                                                            ▼ 32 later ones are remembered: forgotten
 * </pre>
 */
public final class EmbeddedGrantStore implements GrantStore {
    /** Refresh tokens of a family that are remembered though they are of no use any more, so that their reuse is noticed (O-96). */
    private static final int TOMBSTONES_MAX = 32;

    private static final int FAMILY_MAX = TOMBSTONES_MAX + 2;

    /** Where there is no room for one more id that may be used once, so many that have ended make room, before their sweep. */
    private static final int SPENT_SWEPT_AT_ONCE = 100;

    final Writer writer;
    private final Limits limits;
    private final CheckClaims checkClaims = new CheckClaims();

    private EmbeddedGrantStore(Supplier<Database> opener, Limits limits) {
        this.limits = limits;
        writer = new Writer(opener, limits);
        writer.start();
    }

    /** A store that is gone with the process. */
    public static EmbeddedGrantStore inMemory(Limits limits) {
        return new EmbeddedGrantStore(Database::inMemory, limits);
    }

    /**
     * Opens a file; makes it, and missing folders, if it is not there.
     *
     * @throws StoreException in use by another process, not writable, damaged, or a copy that is not complete; the message names the file and says what to do
     */
    public static EmbeddedGrantStore openFile(Path file, Limits limits) {
        return new EmbeddedGrantStore(() -> requireWhole(Database.open(file, limits.cacheMegabytes()), file), limits);
    }

    private static Database requireWhole(Database database, Path file) {
        if (database.<@Nullable String>read(Tables::copyMark) != null) {
            database.close();
            throw new StoreException("the store " + file
                    + " is a copy that is not complete: complete it with migrate --resume, or delete it");
        }
        return database;
    }

    /** @param opener opens the database, again when its file failed */
    static EmbeddedGrantStore over(Supplier<Database> opener, Limits limits) {
        return new EmbeddedGrantStore(opener, limits);
    }

    @Override
    public void putPendingSignIn(PendingSignIn pending, long nowSeconds) {
        writer.make((tables, tx) -> {
            if (tables.pending.count() >= limits.pendingSignInsMax()) {
                throw new StoreException("too many sign-ins under way: " + limits.pendingSignInsMax());
            }
            tables.pending.put(tx, pending);
        });
    }

    @Override
    public @Nullable PendingSignIn pendingSignIn(TokenHash state, long nowSeconds) {
        return writer.database()
                .<@Nullable PendingSignIn>read(tables -> tables.pending.live(state.toBytes(), nowSeconds));
    }

    @Override
    public @Nullable PendingSignIn takePendingSignIn(TokenHash state, long nowSeconds) {
        return writer.<@Nullable PendingSignIn>write(nowSeconds, (tables, tx) -> {
            PendingSignIn pending = tables.pending.live(state.toBytes(), nowSeconds);
            if (pending != null) {
                tables.pending.remove(tx, state.toBytes());
            }
            return pending;
        });
    }

    @Override
    public void putClient(RegisteredClient client, long expiresAtSeconds, long nowSeconds) {
        writer.make((tables, tx) -> {
            tables.clients.put(tx, new RememberedClient(client, expiresAtSeconds));
            tables.registrations.remove(tx, Keys.client(client.id()));
        });
    }

    @Override
    public boolean putRegistration(RegisteredClient client, int max, long expiresAtSeconds, long nowSeconds) {
        return writer.write(nowSeconds, (tables, tx) -> {
            boolean thereIsRoom = tables.registrations.countLive(nowSeconds) < max;
            if (thereIsRoom) {
                tables.registrations.put(tx, new RememberedClient(client, expiresAtSeconds));
            }
            return thereIsRoom;
        });
    }

    @Override
    public @Nullable RegisteredClient client(String clientId, long nowSeconds) {
        RememberedClient found = writer.database()
                .<@Nullable RememberedClient>read(tables -> tables.liveClient(Keys.client(clientId), nowSeconds));
        return found == null ? null : found.client();
    }

    @Override
    public int clientCount(long nowSeconds) {
        long count = writer.database()
                .read(tables -> tables.clients.countLive(nowSeconds) + tables.registrations.countLive(nowSeconds));
        return Math.toIntExact(count);
    }

    @Override
    public List<String> createGrant(Grant grant, AuthorizationCode code, int grantsMax, long nowSeconds) {
        requireSameGrant(grant.id(), code.grantId());
        return createGrant(grant, grantsMax, nowSeconds, (tables, tx) -> tables.put(tx, code));
    }

    @Override
    public List<String> createGrant(Grant grant, AccessToken access, int grantsMax, long nowSeconds) {
        requireSameGrant(grant.id(), access.grantId());
        return createGrant(grant, grantsMax, nowSeconds, (tables, tx) -> tables.put(tx, access));
    }

    private List<String> createGrant(
            Grant grant, int grantsMax, long nowSeconds, BiConsumer<Tables, Transaction> putFirst) {
        return writer.write(nowSeconds, (tables, tx) -> {
            if (tables.grants.get(Keys.grant(grant.id())) != null) {
                return List.of(); // asked again after an answer was lost; its code may be spent by now
            }
            var revoked = new ArrayList<String>();
            for (Grant old : beyond(grantsMax - 1, tables, grant, nowSeconds)) {
                revoke(tables, tx, old.id());
                revoked.add(old.id());
            }
            tables.put(tx, grant);
            putFirst.accept(tables, tx);
            return List.copyOf(revoked);
        });
    }

    @Override
    public boolean addAccessToken(AccessToken access, long nowSeconds) {
        return writer.write(nowSeconds, (tables, tx) -> {
            Grant grant = tables.liveGrant(access.grantId(), nowSeconds);
            if (grant == null) {
                return false;
            }
            putAccess(tables, tx, access);
            return true;
        });
    }

    /** The person's live grants for the same client without the {@code max} used last. */
    private static List<Grant> beyond(int max, Tables tables, Grant grant, long nowSeconds) {
        if (tables.countGrantsOf(grant.subjectKey(), grant.client().id()) <= max) {
            return List.of(); // which costs the same however many there are
        }
        List<Grant> live =
                tables.liveGrantsOf(grant.subjectKey(), grant.client().id(), nowSeconds);
        return live.stream()
                .sorted(Comparator.comparingLong(Grant::lastUsedAt).thenComparingLong(Grant::createdAt))
                .limit(Math.max(0, live.size() - max))
                .toList();
    }

    @Override
    public @Nullable Grant grant(String grantId, long nowSeconds) {
        Grant grant = writer.database().<@Nullable Grant>read(tables -> tables.liveGrant(grantId, nowSeconds));
        return grant == null ? null : grant.claimedUntil(checkClaims.until(grantId));
    }

    @Override
    public List<Grant> grantsOf(String subjectKey, long nowSeconds) {
        return writer.database().read(tables -> tables.liveGrantsOf(subjectKey, nowSeconds)).stream()
                .sorted(Comparator.comparingLong(Grant::createdAt).thenComparing(Grant::id))
                .toList();
    }

    @Override
    public List<Grant> grantsOfClient(String clientId, long nowSeconds) {
        return writer.database().read(tables -> tables.liveGrantsOfClient(clientId, nowSeconds)).stream()
                .sorted(Comparator.comparingLong(Grant::createdAt).thenComparing(Grant::id))
                .toList();
    }

    @Override
    public boolean claimCheck(String grantId, long untilSeconds, long nowSeconds) {
        return grant(grantId, nowSeconds) != null && checkClaims.take(grantId, untilSeconds, nowSeconds);
    }

    @Override
    public boolean putChecked(
            String grantId, byte[] sealedProps, boolean isPersonChanged, long checkedAt, long nowSeconds) {
        boolean isLive = writer.write(nowSeconds, (tables, tx) -> {
            Grant grant = tables.liveGrant(grantId, nowSeconds);
            if (grant == null) {
                return false;
            }
            tables.put(tx, grant.checked(sealedProps, checkedAt));
            if (isPersonChanged) {
                tx.revoked(new Revocation.OfProps(grantId));
            }
            return true;
        });
        checkClaims.end(grantId);
        return isLive;
    }

    @Override
    public void releaseCheck(String grantId) {
        checkClaims.end(grantId);
    }

    @Override
    public byte @Nullable [] settleOnce(TokenHash id, byte[] outcome, long expiresAtSeconds, long nowSeconds) {
        return writer.<byte @Nullable []>write(nowSeconds, (tables, tx) -> {
            SpentId earlier = tables.spent.live(id.toBytes(), nowSeconds);
            if (earlier != null) {
                return earlier.outcome();
            }
            if (tables.spent.count() >= limits.spentIdsMax()) {
                tables.spent.expired(nowSeconds, SPENT_SWEPT_AT_ONCE).forEach(key -> tables.spent.remove(tx, key));
            }
            if (tables.spent.count() >= limits.spentIdsMax()) {
                throw new StoreException("too many ids that may be used once are remembered: " + limits.spentIdsMax());
            }
            tables.spent.put(tx, new SpentId(id, expiresAtSeconds, outcome));
            return null;
        });
    }

    @Override
    public @Nullable Held<AuthorizationCode> code(String grantId, TokenHash code, long nowSeconds) {
        return writer.database().<@Nullable Held<AuthorizationCode>>read(tables -> {
            AuthorizationCode found = tables.codes.live(code.toBytes(), nowSeconds);
            return found == null || !found.grantId().equals(grantId) ? null : held(tables, found, grantId, nowSeconds);
        });
    }

    @Override
    public boolean consumeCode(
            AuthorizationCode spent,
            AccessToken access,
            @Nullable RefreshToken refresh,
            long grantExpiresAt,
            long nowSeconds) {
        requireSameGrant(spent.grantId(), access.grantId());
        requireSameGrant(spent.grantId(), refresh == null ? access.grantId() : refresh.grantId());
        return writer.write(nowSeconds, (tables, tx) -> {
            AuthorizationCode code = tables.codes.live(spent.hash().toBytes(), nowSeconds);
            if (code == null || code.spent()) {
                return false;
            }
            requireSameGrant(code.grantId(), spent.grantId());
            Grant grant = tables.liveGrant(code.grantId(), nowSeconds);
            if (grant == null) {
                return false;
            }
            tables.put(tx, code.spentUntil(spent.expiresAt()));
            if (refresh != null) {
                tables.put(tx, new RefreshRow(refresh, RefreshRow.NEVER));
            }
            putAccess(tables, tx, access);
            tables.put(tx, grant.usedAt(nowSeconds, grantExpiresAt));
            return true;
        });
    }

    @Override
    public @Nullable Held<AccessToken> accessToken(String grantId, TokenHash token, long nowSeconds) {
        return writer.database().<@Nullable Held<AccessToken>>read(tables -> {
            AccessToken found = tables.access.live(token.toBytes(), nowSeconds);
            return found == null || !found.grantId().equals(grantId) ? null : held(tables, found, grantId, nowSeconds);
        });
    }

    @Override
    public @Nullable Held<RefreshToken> refreshToken(String grantId, TokenHash token, long nowSeconds) {
        return writer.database().<@Nullable Held<RefreshToken>>read(tables -> {
            RefreshRow found = tables.refresh.live(token.toBytes(), nowSeconds);
            return found == null || !found.token().grantId().equals(grantId)
                    ? null
                    : held(tables, found.asOf(nowSeconds).token(), grantId, nowSeconds);
        });
    }

    private static <T> @Nullable Held<T> held(Tables tables, T token, String grantId, long nowSeconds) {
        Grant grant = tables.liveGrant(grantId, nowSeconds);
        return grant == null ? null : new Held<>(token, grant);
    }

    @Override
    public Rotation rotate(
            TokenHash presented,
            RefreshToken successor,
            AccessToken access,
            int overlapSeconds,
            long grantExpiresAt,
            long nowSeconds) {
        requireSameGrant(successor.grantId(), access.grantId());
        return writer.write(nowSeconds, (tables, tx) -> {
            RefreshRow row = tables.refresh.live(presented.toBytes(), nowSeconds);
            Grant grant = row == null ? null : tables.liveGrant(row.token().grantId(), nowSeconds);
            if (row == null || grant == null) {
                return new Rotation.Unknown();
            }
            requireSameGrant(grant.id(), successor.grantId());
            requireNext(row.token(), successor);
            RefreshRow next = tables.generation(grant.id(), successor.generation());
            if (!isGood(tables, row, next, overlapSeconds, nowSeconds)) {
                revoke(tables, tx, grant.id());
                return new Rotation.Reused();
            }
            if (next == null) {
                tables.put(tx, new RefreshRow(successor, RefreshRow.NEVER));
            } else if (!next.token().hash().equals(successor.hash())) {
                return new Rotation
                        .Unknown(); // derived under another key since: a family has one successor, and this is not it
            }
            if (row.token().firstUsedAt() == 0) {
                tables.put(tx, row.firstUsedAt(nowSeconds));
                replaced(tables, tx, row.token(), nowSeconds + overlapSeconds);
            }
            putAccess(tables, tx, access);
            tables.put(tx, grant.usedAt(nowSeconds, grantExpiresAt));
            tables.trimFamily(tx, grant.id(), FAMILY_MAX);
            return new Rotation.Rotated();
        });
    }

    /** O-95: until its successor is first used, and {@code overlapSeconds} beyond. */
    private static boolean isGood(
            Tables tables, RefreshRow row, @Nullable RefreshRow next, int overlapSeconds, long nowSeconds) {
        if (row.retired()) {
            return false;
        }
        if (next == null) {
            return !tables.hasGenerationAfter(row.token().grantId(), row.token().generation());
        }
        long firstUsedAt = next.token().firstUsedAt();
        return firstUsedAt == 0 || nowSeconds - firstUsedAt <= overlapSeconds;
    }

    /** The one before {@code used} has been replaced now: its key is kept while it still is good, and dropped then. */
    private static void replaced(Tables tables, Transaction tx, RefreshToken used, long goodUntil) {
        RefreshRow before = used.generation() == 0 ? null : tables.generation(used.grantId(), used.generation() - 1);
        if (before != null && before.retiresAt() == RefreshRow.NEVER) {
            tables.put(tx, before.retiringAt(goodUntil + 1));
        }
    }

    private void putAccess(Tables tables, Transaction tx, AccessToken access) {
        tables.put(tx, access);
        for (TokenHash trimmed : tables.trimAccess(tx, access.grantId(), limits.accessTokensPerGrantMax())) {
            tx.revoked(new Revocation.OfAccessToken(trimmed));
        }
    }

    @Override
    public boolean revokeGrant(String grantId) {
        return writer.write((tables, tx) -> revoke(tables, tx, grantId));
    }

    private static boolean revoke(Tables tables, Transaction tx, String grantId) {
        boolean there = tables.removeGrant(tx, grantId);
        if (there) {
            tx.revoked(new Revocation.OfGrant(grantId));
        }
        return there;
    }

    @Override
    public boolean revokeAccessToken(String grantId, TokenHash token) {
        return writer.write((tables, tx) -> {
            AccessToken found = tables.access.get(token.toBytes());
            boolean there = found != null && found.grantId().equals(grantId) && tables.removeAccess(tx, token);
            if (there) {
                tx.revoked(new Revocation.OfAccessToken(token));
            }
            return there;
        });
    }

    /** In bounded steps, between which other writes get their turn. */
    @Override
    public int sweep(long nowSeconds) {
        int swept = 0;
        Writer.Sweep step;
        do {
            step = writer.write(nowSeconds, (tables, tx) -> Writer.sweep(tables, tx, nowSeconds));
            swept += step.records();
        } while (step.unfinished());
        return swept;
    }

    @Override
    public void onRevocation(Consumer<Revocation> listener) {
        writer.onRevocation(listener);
    }

    @Override
    public void close() {
        writer.close();
    }

    /** @return bytes of the file; 0 in memory */
    public long fileBytes() {
        return writer.database().fileBytes();
    }

    private static void requireSameGrant(String grantId, String other) {
        if (!grantId.equals(other)) {
            throw new IllegalArgumentException("one write names two grants");
        }
    }

    private static void requireNext(RefreshToken presented, RefreshToken successor) {
        if (successor.generation() != presented.generation() + 1) {
            throw new IllegalArgumentException("the successor of generation " + presented.generation()
                    + " is said to be " + successor.generation());
        }
    }

    /**
     * How much the store takes on.
     *
     * @param waitingWritesMax writes that may wait; one more is refused with {@link StoreException}
     * @param writesPerCommitMax writes that share one commit
     * @param writeWaitMillis how long a caller waits for its write
     * @param pendingSignInsMax people who may be on the way to the identity provider at once
     * @param spentIdsMax ids that may be used once, remembered at once: {@code jti} of assertions and proofs, answered forms
     * @param accessTokensPerGrantMax live access tokens of one grant; beyond, those that end soonest are revoked
     * @param sweepEverySeconds how often what has ended is removed; the time is what callers say it is
     * @param cacheMegabytes pages of the file kept in memory
     */
    public record Limits(
            int waitingWritesMax,
            int writesPerCommitMax,
            int writeWaitMillis,
            int pendingSignInsMax,
            int spentIdsMax,
            int accessTokensPerGrantMax,
            int sweepEverySeconds,
            int cacheMegabytes) {
        public Limits {
            if (waitingWritesMax < 1 || writesPerCommitMax < 1 || writeWaitMillis < 1 || sweepEverySeconds < 1) {
                throw new IllegalArgumentException("a limit of the store is less than 1");
            }
        }

        /** Enough for some thousand sign-ins and refreshes a second. */
        public static final Limits DEFAULT = new Limits(10_000, 512, 10_000, 100_000, 1_000_000, 1_000, 60, 32);
    }
}
