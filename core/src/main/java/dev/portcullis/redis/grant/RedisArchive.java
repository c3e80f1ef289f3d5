package dev.portcullis.redis.grant;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.Script;
import dev.portcullis.store.Grant;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.archive.Entry;
import dev.portcullis.store.archive.WritableArchive;
import dev.portcullis.store.record.Records;
import dev.portcullis.store.record.Records.RememberedClient;
import io.lettuce.core.KeyScanArgs;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.Range;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store in Redis, to be copied from or to. What is of one grant is read in one step and written in one; commands of a page are sent without waiting for each other. Reads
 * go through all keys by {@code SCAN}, whose places mean nothing to another process: so there are no versions. Blocks; one thread.
 *
 * <p>{@code SCAN} may show a key twice while a table of the server's shrinks, which it does when most of it has ended: who counts then counts again.
 */
public final class RedisArchive implements WritableArchive {
    /** So many commands may be under way at once; an entry needs three at most. */
    private static final int ENTRIES_AT_ONCE = 100;

    /** Nodes give a sign of life each second, and one that does not for so long has gone. */
    private static final int GONE_MILLIS = 10_000;

    private final Redis redis;
    private final GrantKeys keys;
    private final InstantSource clock;
    private ScanCursor cursor = ScanCursor.INITIAL;

    private RedisArchive(Redis redis, InstantSource clock) {
        this.redis = redis;
        this.keys = new GrantKeys(redis);
        this.clock = clock;
    }

    /**
     * Looks whether a server uses it.
     *
     * @param redis closed with this
     * @param clock what keys outlive their end by is measured from its time
     * @throws StoreException a server does, or Redis does not answer
     */
    public static RedisArchive open(Redis redis, InstantSource clock) {
        try {
            requireUnused(redis);
            return new RedisArchive(redis, clock);
        } catch (StoreException e) {
            redis.close();
            throw e;
        }
    }

    private static void requireUnused(Redis redis) {
        List<byte[]> time = redis.await(redis.commands().time());
        long nowMillis = Long.parseLong(text(time.getFirst())) * 1000;
        var alive = Range.from(Range.Boundary.including(nowMillis - GONE_MILLIS), Range.Boundary.<Number>unbounded());
        long nodes = redis.await(redis.commands().zcount(redis.key("{bus}", "nodes"), alive));
        if (nodes > 0) {
            throw new StoreException("Redis is in use by " + nodes + (nodes == 1 ? " server" : " servers")
                    + ": stop them, and wait " + GONE_MILLIS / 1000 + " seconds if they were killed");
        }
    }

    /**
     * For a server, at its start.
     *
     * @throws StoreException what is there is a copy that is not complete
     */
    public static void requireWhole(Redis redis) {
        if (redis.await(redis.commands().exists(markKey(redis))) > 0) {
            throw new StoreException(
                    "what Redis holds is a copy that is not complete: complete it with migrate --resume, or"
                            + " delete its keys");
        }
    }

    private static byte[] markKey(Redis redis) {
        return redis.key("copying");
    }

    // Reading

    @Override
    public Page page(String place, int max, long nowSeconds) {
        var pattern = KeyScanArgs.Builder.matches(text(redis.key("*"))).limit(max);
        KeyScanCursor<byte[]> found =
                redis.await(redis.commands().scan(place.isEmpty() ? ScanCursor.INITIAL : cursor, pattern));
        cursor = found;
        var entries = new ArrayList<Entry>();
        inSteps(found.getKeys(), key -> reading(text(key), nowSeconds), entry -> {
            if (entry != null) {
                entries.add(entry);
            }
        });
        return new Page(entries, found.isFinished() ? null : found.getCursor());
    }

    /** Sends what a key wants to be asked. @return gives the entry that it holds; null if it holds none that is live */
    private Supplier<@Nullable Entry> reading(String key, long nowSeconds) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        return switch (kindOf(key)) {
            case "g" -> {
                var fields = redis.commands().hgetall(name);
                yield () -> GrantBundle.read(redis.await(fields), nowSeconds);
            }
            case "client" ->
                reading(name, value -> {
                    RememberedClient found = Records.client(GrantFields.withoutEnd(value));
                    return found.expiresAt() <= nowSeconds
                            ? null
                            : new Entry.OfClient(found.client(), found.expiresAt());
                });
            case "registration" ->
                reading(name, value -> {
                    RememberedClient found = Records.client(GrantFields.withoutEnd(value));
                    return found.expiresAt() <= nowSeconds
                            ? null
                            : new Entry.OfRegistration(found.client(), found.expiresAt());
                });
            case "pending" ->
                reading(name, value -> {
                    PendingSignIn found = Records.pendingSignIn(GrantFields.withoutEnd(value));
                    return found.expiresAt() <= nowSeconds ? null : new Entry.OfPendingSignIn(found);
                });
            case "spent" ->
                reading(name, value -> {
                    long expiresAt = GrantFields.endOf(value);
                    return expiresAt <= nowSeconds ? null : new Entry.OfSpentId(hashIn(key), expiresAt);
                });
            default -> () -> null; // an index, or of another room
        };
    }

    private Supplier<@Nullable Entry> reading(byte[] key, Parser parser) {
        var value = redis.commands().get(key);
        return () -> {
            byte[] found = redis.await(value);
            return found == null ? null : parser.entry(found);
        };
    }

    private interface Parser {
        @Nullable
        Entry entry(byte[] value);
    }

    /** The first word behind the prefix. */
    private String kindOf(String key) {
        int from = redis.key("").length;
        int colon = key.indexOf(':', from);
        return colon < 0 ? "" : key.substring(from, colon);
    }

    private static TokenHash hashIn(String key) {
        byte[] digest = Base64Url.decode(key.substring(key.lastIndexOf(':') + 1), 43);
        if (digest == null || digest.length != 32) {
            throw new StoreException("a key of a spent id is damaged");
        }
        return TokenHash.ofDigest(digest);
    }

    @Override
    public @Nullable Entry find(Entry like, long nowSeconds) {
        byte[] key = keyOf(like);
        return reading(text(key), nowSeconds).get();
    }

    private byte[] keyOf(Entry entry) {
        return switch (entry) {
            case Entry.OfGrant of -> keys.grant(of.grant().id());
            case Entry.OfClient(var client, var _) -> keys.client(client.id());
            case Entry.OfRegistration(var client, var _) -> keys.registration(client.id());
            case Entry.OfSpentId(var id, var _) -> keys.spent(id);
            case Entry.OfPendingSignIn(var pending) -> keys.pending(pending.state());
        };
    }

    /** Indexes and what others keep there are counted too: it is more than there is. */
    @Override
    public long estimate(long nowSeconds) {
        return redis.await(redis.commands().dbsize());
    }

    @Override
    public @Nullable String version() {
        return null;
    }

    @Override
    public @Nullable String mark() {
        byte[] mark = redis.await(redis.commands().get(markKey(redis)));
        return mark == null ? null : text(mark);
    }

    // Writing

    @Override
    public void put(List<Entry> entries, String mark) {
        long now = clock.instant().getEpochSecond();
        inSteps(entries, this::removing, _ -> {});
        inSteps(entries, entry -> putting(entry, now), _ -> {});
        redis.await(redis.commands().set(markKey(redis), mark.getBytes(StandardCharsets.UTF_8)));
    }

    private Supplier<@Nullable Entry> putting(Entry entry, long now) {
        return switch (entry) {
            case Entry.OfGrant of -> putting(of, now);
            case Entry.OfClient(var client, long expiresAt) ->
                putting(keyOf(entry), Records.encode(new RememberedClient(client, expiresAt)), expiresAt, now);
            case Entry.OfRegistration(var client, long expiresAt) ->
                both(
                        running(
                                Scripts.ENTER,
                                keys.allRegistrations(),
                                entering(
                                        GrantKeys.hashOf(client.id()).getBytes(StandardCharsets.US_ASCII),
                                        expiresAt,
                                        now)),
                        putting(keyOf(entry), Records.encode(new RememberedClient(client, expiresAt)), expiresAt, now));
            case Entry.OfSpentId(var _, long expiresAt) -> putting(keyOf(entry), new byte[0], expiresAt, now);
            case Entry.OfPendingSignIn(var pending) ->
                both(
                        running(
                                Scripts.ENTER,
                                keys.allPending(),
                                entering(pending.state().toBytes(), pending.expiresAt(), now)),
                        putting(keyOf(entry), Records.encode(pending), pending.expiresAt(), now));
        };
    }

    private static Arguments entering(byte[] what, long expiresAt, long now) {
        return new Arguments().number(now).number(expiresAt).bytes(what).number(0);
    }

    private Supplier<@Nullable Entry> putting(byte[] key, byte[] record, long expiresAt, long now) {
        return running(
                Scripts.PUT, key, new Arguments().number(now).number(expiresAt).bytes(record));
    }

    /** Into the indexes first: an entry without its grant does no harm. */
    private Supplier<@Nullable Entry> putting(Entry.OfGrant of, long now) {
        Grant grant = of.grant();
        String client = grant.client().id();
        byte[] id = grant.id().getBytes(StandardCharsets.UTF_8);
        var entered = both(
                running(
                        Scripts.ENTER_PERSON,
                        keys.person(grant.subjectKey()),
                        new Arguments()
                                .number(now)
                                .number(grant.endsAt())
                                .bytes(id)
                                .text(GrantKeys.hashOf(client))),
                running(Scripts.ENTER, keys.grantsOfClient(client, grant.id()), entering(id, grant.endsAt(), now)));
        var arguments = new ArrayList<>(List.of(new Arguments()
                .number(now)
                .bytes(keys.revocations())
                .number(Integer.MAX_VALUE)
                .toArray()));
        arguments.addAll(List.of(GrantBundle.write(of).toArray()));
        return both(entered, running(Scripts.CREATE, keys.grant(grant.id()), arguments.toArray(byte[][]::new)));
    }

    @Override
    public void remove(List<Entry> entries) {
        inSteps(entries, this::removing, _ -> {});
    }

    private Supplier<@Nullable Entry> removing(Entry entry) {
        var removed = awaiting(redis.commands().del(keyOf(entry)));
        return switch (entry) {
            case Entry.OfGrant of -> {
                Grant grant = of.grant();
                String client = grant.client().id();
                byte[] id = grant.id().getBytes(StandardCharsets.UTF_8);
                var left = running(
                        Scripts.LEAVE_PERSON,
                        keys.person(grant.subjectKey()),
                        new Arguments().bytes(id).text(GrantKeys.hashOf(client)));
                var leftClient = awaiting(redis.commands().zrem(keys.grantsOfClient(client, grant.id()), id));
                yield both(removed, both(left, leftClient));
            }
            case Entry.OfRegistration(var client, var _) ->
                both(
                        removed,
                        awaiting(redis.commands()
                                .zrem(
                                        keys.allRegistrations(),
                                        GrantKeys.hashOf(client.id()).getBytes(StandardCharsets.US_ASCII))));
            case Entry.OfPendingSignIn(var pending) ->
                both(
                        removed,
                        awaiting(redis.commands()
                                .zrem(keys.allPending(), pending.state().toBytes())));
            case Entry.OfClient _, Entry.OfSpentId _ -> removed;
        };
    }

    @Override
    public void finish() {
        redis.await(redis.commands().del(markKey(redis)));
    }

    // Many at once

    private interface Sending<T> {
        /** Sends, and returns what waits for the answer. */
        Supplier<@Nullable Entry> send(T one);
    }

    private interface Taking {
        void take(@Nullable Entry entry);
    }

    private static <T> void inSteps(List<T> all, Sending<T> sending, Taking taking) {
        for (int from = 0; from < all.size(); from += ENTRIES_AT_ONCE) {
            var answers = all.subList(from, Math.min(all.size(), from + ENTRIES_AT_ONCE)).stream()
                    .map(sending::send)
                    .toList();
            answers.forEach(answer -> taking.take(answer.get()));
        }
    }

    private Supplier<@Nullable Entry> awaiting(RedisFuture<?> answer) {
        return () -> {
            redis.await(answer);
            return null;
        };
    }

    private static Supplier<@Nullable Entry> both(Supplier<@Nullable Entry> one, Supplier<@Nullable Entry> other) {
        return () -> {
            var _ = one.get();
            return other.get();
        };
    }

    private Supplier<@Nullable Entry> running(Script script, byte[] key, Arguments arguments) {
        return running(script, key, arguments.toArray());
    }

    /** Sends a script by its SHA-1; where Redis does not have it, again and with its text, when the answer is waited for. */
    private Supplier<@Nullable Entry> running(Script script, byte[] key, byte[][] arguments) {
        byte[][] one = {key};
        RedisFuture<List<Object>> answer = redis.commands()
                .evalsha(redis.commands().digest(script.text()), ScriptOutputType.MULTI, one, arguments);
        return () -> {
            try {
                redis.await(answer);
            } catch (StoreException e) {
                if (!(e.getCause() instanceof RedisNoScriptException)) {
                    throw e;
                }
                redis.run(script, one, arguments);
            }
            return null;
        };
    }

    @Override
    public void close() {
        redis.close();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
