package dev.portcullis.redis.grant;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.redis.PushLink;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.Script;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.record.Records;
import dev.portcullis.store.record.Records.RememberedClient;
import io.lettuce.core.RedisException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The grant store of any number of nodes. A grant with all that hangs on it is one hash in Redis; each one-shot step is one script on it, and what a step revokes is published
 * in the same step. A refresh token's way through its family is that of every store: core/STORAGE.md. Any thread; calls block.
 *
 * <p>Time is what callers say; the server's clock only decides when a key is thrown away, a minute after its end at the earliest.
 */
public final class RedisGrantStore implements GrantStore {
    private static final System.Logger LOG = System.getLogger(RedisGrantStore.class.getName());

    private static final int CREATORS = 64;

    private final Redis redis;
    private final PushLink push;
    private final Limits limits;
    private final GrantKeys keys;
    private final GrantIndexes indexes;
    private final GrantWalk walk;
    private final Housekeeper housekeeper;
    private final Revocations revocations = new Revocations();
    private final ReentrantLock[] creators =
            Stream.generate(ReentrantLock::new).limit(CREATORS).toArray(ReentrantLock[]::new);

    /**
     * Listens to the link from now on.
     *
     * @param redis stays open when this closes
     */
    public RedisGrantStore(Redis redis, PushLink push, Limits limits) {
        this.redis = redis;
        this.push = push;
        this.limits = limits;
        this.keys = new GrantKeys(redis);
        this.indexes = new GrantIndexes(redis, keys);
        this.walk = new GrantWalk(redis, this::tidy);
        this.housekeeper = new Housekeeper(redis, keys, indexes, this::tidy, InstantSource.system());
        push.listen("revoked", revocations::heard);
        push.onGap(() -> revocations.tell(new Revocation.Unheard()));
        housekeeper.start();
    }

    // Sign-ins under way, clients, ids that may be used once: a key each

    @Override
    public void putPendingSignIn(PendingSignIn pending, long nowSeconds) {
        var entry = new Arguments()
                .number(nowSeconds)
                .number(pending.expiresAt())
                .hash(pending.state())
                .number(limits.pendingSignInsMax());
        if (!isYes(redis.run(Scripts.ENTER, one(keys.allPending()), entry.toArray()))) {
            throw new StoreException("too many sign-ins under way: " + limits.pendingSignInsMax());
        }
        put(keys.pending(pending.state()), Records.encode(pending), pending.expiresAt(), nowSeconds);
    }

    private void put(byte[] key, byte[] record, long expiresAt, long nowSeconds) {
        redis.run(
                Scripts.PUT,
                one(key),
                new Arguments()
                        .number(nowSeconds)
                        .number(expiresAt)
                        .bytes(record)
                        .toArray());
    }

    @Override
    public @Nullable PendingSignIn pendingSignIn(TokenHash state, long nowSeconds) {
        return pending(redis.await(redis.commands().get(keys.pending(state))), nowSeconds);
    }

    @Override
    public @Nullable PendingSignIn takePendingSignIn(TokenHash state, long nowSeconds) {
        var taken = redis.run(Scripts.TAKE, one(keys.pending(state)));
        PendingSignIn found = pending(taken.isEmpty() ? null : (byte[]) taken.getFirst(), nowSeconds);
        if (found != null) {
            uncount(state);
        }
        return found;
    }

    /** The sign-in has been taken: what cannot be removed now is counted until its end, and costs nobody their sign-in. */
    private void uncount(TokenHash state) {
        try {
            redis.await(redis.commands().zrem(keys.allPending(), state.toBytes()));
        } catch (StoreException | RedisException e) {
            LOG.log(System.Logger.Level.DEBUG, "a sign-in that is over is counted until its end", e);
        }
    }

    private static @Nullable PendingSignIn pending(byte @Nullable [] value, long nowSeconds) {
        if (value == null) {
            return null;
        }
        PendingSignIn found = Records.pendingSignIn(GrantFields.withoutEnd(value));
        return found.expiresAt() <= nowSeconds ? null : found;
    }

    @Override
    public void putClient(RegisteredClient client, long expiresAtSeconds, long nowSeconds) {
        var remembered = new RememberedClient(client, expiresAtSeconds);
        put(keys.client(client.id()), Records.encode(remembered), expiresAtSeconds, nowSeconds);
        var registration = redis.commands().del(keys.registration(client.id()));
        var entry = redis.commands()
                .zrem(keys.allRegistrations(), GrantKeys.hashOf(client.id()).getBytes(StandardCharsets.US_ASCII));
        redis.await(registration);
        redis.await(entry);
    }

    @Override
    public boolean putRegistration(RegisteredClient client, int max, long expiresAtSeconds, long nowSeconds) {
        var entry = new Arguments()
                .number(nowSeconds)
                .number(expiresAtSeconds)
                .bytes(GrantKeys.hashOf(client.id()).getBytes(StandardCharsets.US_ASCII))
                .number(max);
        if (max < 1 || !isYes(redis.run(Scripts.ENTER, one(keys.allRegistrations()), entry.toArray()))) {
            return false;
        }
        var remembered = new RememberedClient(client, expiresAtSeconds);
        put(keys.registration(client.id()), Records.encode(remembered), expiresAtSeconds, nowSeconds);
        return true;
    }

    @Override
    public @Nullable RegisteredClient client(String clientId, long nowSeconds) {
        var used = redis.commands().get(keys.client(clientId));
        var registered = redis.commands().get(keys.registration(clientId));
        RegisteredClient found = client(redis.await(used), nowSeconds);
        return found != null ? found : client(redis.await(registered), nowSeconds);
    }

    private static @Nullable RegisteredClient client(byte @Nullable [] value, long nowSeconds) {
        if (value == null) {
            return null;
        }
        RememberedClient found = Records.client(GrantFields.withoutEnd(value));
        return found.expiresAt() <= nowSeconds ? null : found.client();
    }

    @Override
    public int clientCount(long nowSeconds) {
        return walk.countClients(nowSeconds);
    }

    @Override
    public byte @Nullable [] settleOnce(TokenHash id, byte[] outcome, long expiresAtSeconds, long nowSeconds) {
        var earlier = redis.run(
                Scripts.SPEND,
                one(keys.spent(id)),
                new Arguments()
                        .number(nowSeconds)
                        .number(expiresAtSeconds)
                        .bytes(outcome)
                        .toArray());
        return earlier.isEmpty() ? null : GrantFields.withoutEnd((byte[]) earlier.getFirst());
    }

    // Grants

    @Override
    public List<String> createGrant(Grant grant, AuthorizationCode code, int grantsMax, long nowSeconds) {
        requireSameGrant(grant.id(), code.grantId());
        var fields = new Arguments();
        GrantFields.put(fields, grant);
        GrantFields.put(fields, code);
        return createGrant(grant, fields, grantsMax, nowSeconds);
    }

    @Override
    public List<String> createGrant(Grant grant, AccessToken access, int grantsMax, long nowSeconds) {
        requireSameGrant(grant.id(), access.grantId());
        var fields = new Arguments();
        GrantFields.put(fields, grant);
        GrantFields.put(fields, access);
        return createGrant(grant, fields, grantsMax, nowSeconds);
    }

    /**
     * Enters it into the indexes, writes it, and looks then whether there are too many. Each creator takes away what was entered before its own and then its own, so that of creators on any number
     * of nodes the last to look leaves no more than there may be, whatever the others saw. On one node they wait for each other: none looks at what another is about to do.
     */
    private List<String> createGrant(Grant grant, Arguments fields, int grantsMax, long nowSeconds) {
        var lock = creators[
                Math.floorMod(
                        grant.subjectKey().hashCode() * 31 + grant.client().id().hashCode(), CREATORS)];
        lock.lock();
        try {
            indexes.enter(grant, nowSeconds);
            onGrant(Scripts.CREATE, grant.id(), nowSeconds, fields);
            var revoked = new ArrayList<String>();
            for (String old : beyond(grantsMax, grant, nowSeconds)) {
                if (revokeGrant(old)) {
                    revoked.add(old);
                }
            }
            return List.copyOf(revoked);
        } finally {
            lock.unlock();
        }
    }

    /** The person's grants for the same client beyond {@code max}: of those entered before this one those longest unused, then this one. */
    private List<String> beyond(int max, Grant grant, long nowSeconds) {
        List<Grant> live = indexes.ofPerson(grant.subjectKey(), grant.client().id(), nowSeconds);
        Stream<Grant> earlier = live.stream()
                .takeWhile(one -> !one.id().equals(grant.id()))
                .sorted(Comparator.comparingLong(Grant::lastUsedAt).thenComparingLong(Grant::createdAt));
        return Stream.concat(earlier, Stream.of(grant))
                .map(Grant::id)
                .limit(Math.max(0, live.size() - max))
                .toList();
    }

    @Override
    public boolean addAccessToken(AccessToken access, long nowSeconds) {
        var answer = onGrant(Scripts.ADD_ACCESS, access.grantId(), nowSeconds, describe(new Arguments(), access));
        tellTrimmed(answer);
        return isYes(answer);
    }

    @Override
    public @Nullable Grant grant(String grantId, long nowSeconds) {
        return GrantFields.grant(read(grantId, GrantFields.ofGrant()), nowSeconds);
    }

    private List<byte @Nullable []> read(String grantId, byte[]... fields) {
        return GrantIndexes.values(redis.await(redis.commands().hmget(keys.grant(grantId), fields)));
    }

    @Override
    public List<Grant> grantsOf(String subjectKey, long nowSeconds) {
        return oldestFirst(indexes.ofPerson(subjectKey, nowSeconds));
    }

    @Override
    public List<Grant> grantsOfClient(String clientId, long nowSeconds) {
        return oldestFirst(indexes.ofClient(clientId, nowSeconds));
    }

    private static List<Grant> oldestFirst(List<Grant> grants) {
        return grants.stream()
                .sorted(Comparator.comparingLong(Grant::createdAt).thenComparing(Grant::id))
                .toList();
    }

    @Override
    public boolean claimCheck(String grantId, long untilSeconds, long nowSeconds) {
        return isYes(onGrant(Scripts.CLAIM, grantId, nowSeconds, new Arguments().number(untilSeconds)));
    }

    @Override
    public boolean putChecked(
            String grantId, byte[] sealedProps, boolean isPersonChanged, long checkedAt, long nowSeconds) {
        var word = new Arguments().bytes(sealedProps).number(checkedAt).number(isPersonChanged ? 1 : 0);
        boolean there = isYes(onGrant(Scripts.CHECKED, grantId, nowSeconds, word));
        if (there && isPersonChanged) {
            revocations.tell(new Revocation.OfProps(grantId));
        }
        return there;
    }

    @Override
    public void releaseCheck(String grantId) {
        onGrant(Scripts.RELEASE, grantId, 0, new Arguments());
    }

    // Codes and tokens

    @Override
    public @Nullable Held<AuthorizationCode> code(String grantId, TokenHash code, long nowSeconds) {
        var values = read(grantId, GrantFields.ofGrantAndCode());
        return held(GrantFields.code(values, code, nowSeconds), values, nowSeconds);
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
        var exchange = new Arguments()
                .hash(spent.hash())
                .bytes(Records.encode(spent.spentUntil(spent.expiresAt())))
                .number(spent.expiresAt());
        describe(exchange, access).number(grantExpiresAt);
        if (refresh != null) {
            GrantFields.describe(exchange, refresh);
        }
        var answer = onGrant(Scripts.CONSUME, spent.grantId(), nowSeconds, exchange);
        tellTrimmed(answer);
        return isYes(answer);
    }

    @Override
    public @Nullable Held<AccessToken> accessToken(String grantId, TokenHash token, long nowSeconds) {
        var values = read(grantId, GrantFields.ofGrantAnd(GrantFields.access(token)));
        return held(GrantFields.accessToken(values, nowSeconds), values, nowSeconds);
    }

    @Override
    public @Nullable Held<RefreshToken> refreshToken(String grantId, TokenHash token, long nowSeconds) {
        var values = read(grantId, GrantFields.ofGrantAnd(GrantFields.refresh(token)));
        return held(GrantFields.refreshToken(values, nowSeconds), values, nowSeconds);
    }

    private static <T> @Nullable Held<T> held(@Nullable T token, List<byte @Nullable []> values, long nowSeconds) {
        Grant grant = token == null ? null : GrantFields.grant(values, nowSeconds);
        return token == null || grant == null ? null : new Held<>(token, grant);
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
        var arguments = new Arguments().hash(presented);
        GrantFields.describe(arguments, successor);
        describe(arguments, access).number(overlapSeconds).number(grantExpiresAt);
        var answer = onGrant(Scripts.ROTATE, successor.grantId(), nowSeconds, arguments);
        return switch (number(answer)) {
            case 0 -> new Rotation.Unknown();
            case 1 -> {
                tellTrimmed(answer);
                yield new Rotation.Rotated();
            }
            case 2 -> {
                removed(Records.grant((byte[]) answer.get(1)));
                yield new Rotation.Reused();
            }
            case 3 ->
                throw new IllegalArgumentException(
                        "the successor of generation " + answer.get(1) + " is said to be " + successor.generation());
            default -> throw new StoreException("a script's answer makes no sense");
        };
    }

    /** What scripts are told of an access token: hash, end, record. */
    private static Arguments describe(Arguments to, AccessToken access) {
        return to.hash(access.hash()).number(access.expiresAt()).bytes(Records.encode(access));
    }

    // Revocation

    @Override
    public boolean revokeGrant(String grantId) {
        var answer = onGrant(Scripts.REVOKE, grantId, 0, new Arguments());
        if (answer.isEmpty()) {
            return false;
        }
        removed(Records.grant((byte[]) answer.getFirst()));
        return true;
    }

    private void removed(Grant grant) {
        revocations.tell(new Revocation.OfGrant(grant.id()));
        leave(grant);
    }

    private void leave(Grant grant) {
        try {
            indexes.leave(grant);
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.DEBUG, "an index entry of a grant that is gone stays until its end", e);
        }
    }

    @Override
    public boolean revokeAccessToken(String grantId, TokenHash token) {
        boolean there = isYes(onGrant(Scripts.REVOKE_ACCESS, grantId, 0, new Arguments().hash(token)));
        if (there) {
            revocations.tell(new Revocation.OfAccessToken(token));
        }
        return there;
    }

    private void tellTrimmed(List<Object> answer) {
        if (answer.size() > 1 && answer.get(1) instanceof List<?> hashes) {
            hashes.forEach(hash -> revocations.tell(Revocations.ofAccessToken((byte[]) hash)));
        }
    }

    @Override
    public int sweep(long nowSeconds) {
        return walk.sweep(nowSeconds);
    }

    /** @return how many records of a grant have ended and are gone */
    private int tidy(String grantId, long nowSeconds) {
        var answer = onGrant(Scripts.TIDY, grantId, nowSeconds, new Arguments());
        tellTrimmed(answer);
        if (answer.size() > 2 && answer.get(2) instanceof byte[] record) {
            leave(Records.grant(record));
        }
        return number(answer);
    }

    @Override
    public void onRevocation(Consumer<Revocation> listener) {
        revocations.add(listener);
    }

    @Override
    public long heardMillis() {
        return push.heardMillis();
    }

    /** Nothing waits here: what was acknowledged is written. */
    @Override
    public void close() {
        housekeeper.close();
    }

    // Help

    /** What every script about a grant is told comes first. */
    private List<Object> onGrant(Script script, String grantId, long nowSeconds, Arguments more) {
        byte[][] rest = more.toArray();
        byte[][] all = new byte[rest.length + 3][];
        byte[][] first = new Arguments()
                .number(nowSeconds)
                .bytes(keys.revocations())
                .number(limits.accessTokensPerGrantMax())
                .toArray();
        System.arraycopy(first, 0, all, 0, 3);
        System.arraycopy(rest, 0, all, 3, rest.length);
        return redis.run(script, one(keys.grant(grantId)), all);
    }

    private static byte[][] one(byte[] key) {
        return new byte[][] {key};
    }

    private static boolean isYes(List<Object> answer) {
        return number(answer) == 1;
    }

    private static int number(List<Object> answer) {
        return Math.toIntExact((Long) answer.getFirst());
    }

    private static void requireSameGrant(String grantId, String other) {
        if (!grantId.equals(other)) {
            throw new IllegalArgumentException("one write names two grants");
        }
    }

    /**
     * How much the store takes on.
     *
     * @param pendingSignInsMax people who may be on the way to the identity provider at once
     * @param accessTokensPerGrantMax live access tokens of one grant; beyond, those that end soonest are revoked
     */
    public record Limits(int pendingSignInsMax, int accessTokensPerGrantMax) {
        public static final Limits DEFAULT = new Limits(100_000, 1_000);
    }
}
