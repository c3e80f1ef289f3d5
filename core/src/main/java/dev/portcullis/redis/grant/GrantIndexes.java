package dev.portcullis.redis.grant;

import dev.portcullis.redis.Redis;
import dev.portcullis.store.Grant;
import dev.portcullis.store.StoreException;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which grants a person has given, and which a client has. They stand elsewhere than the grants, so a grant and its entries cannot come and go in one step:
 *
 * <pre>
 *   enter the person's ──► enter the client's ──► write the grant          a kill in between leaves an entry without a grant: readers pass over it
 *   remove the grant   ──► leave the person's ──► leave the client's       the same
 * </pre>
 *
 * So no grant is ever without its entries, and an entry without a grant goes with the last second that the grant could have had. Any thread; calls block.
 */
final class GrantIndexes {
    private static final int PAGE = 500;
    private static final Pattern BETWEEN_ENTRIES = Pattern.compile(" ");

    private final Redis redis;
    private final GrantKeys keys;

    GrantIndexes(Redis redis, GrantKeys keys) {
        this.redis = redis;
        this.keys = keys;
    }

    /** Before the grant is written. Again changes nothing. */
    void enter(Grant grant, long nowSeconds) {
        String client = grant.client().id();
        redis.run(
                Scripts.ENTER_PERSON,
                new byte[][] {keys.person(grant.subjectKey())},
                new Arguments()
                        .number(nowSeconds)
                        .number(grant.endsAt())
                        .text(grant.id())
                        .text(GrantKeys.hashOf(client))
                        .toArray());
        redis.run(
                Scripts.ENTER,
                new byte[][] {keys.grantsOfClient(client, grant.id())},
                new Arguments()
                        .number(nowSeconds)
                        .number(grant.endsAt())
                        .text(grant.id())
                        .number(0)
                        .toArray());
    }

    /** Of these those that are not entered as they should be: a server that failed may have forgotten an entry and another kept its grant. */
    List<Grant> missing(List<Grant> grants) {
        var ofPersons = new ArrayList<RedisFuture<byte[]>>();
        var ofClients = new ArrayList<RedisFuture<Double>>();
        for (Grant grant : grants) {
            String client = grant.client().id();
            ofPersons.add(redis.commands().hget(keys.person(grant.subjectKey()), field(client)));
            ofClients.add(redis.commands().zscore(keys.grantsOfClient(client, grant.id()), bytes(grant.id())));
        }
        var missing = new ArrayList<Grant>();
        for (int i = 0; i < grants.size(); i++) {
            String id = grants.get(i).id();
            boolean ofPerson = entries(redis.await(ofPersons.get(i))).anyMatch(entry -> entry.grantId.equals(id));
            boolean ofClient = isThere(redis.await(ofClients.get(i)));
            if (!ofPerson || !ofClient) {
                missing.add(grants.get(i));
            }
        }
        return missing;
    }

    private static byte[] field(String clientId) {
        return bytes("c" + GrantKeys.hashOf(clientId));
    }

    private static boolean isThere(@Nullable Double score) {
        return score != null;
    }

    /** After the grant was removed. What cannot be removed now goes by itself. */
    void leave(Grant removed) {
        String client = removed.client().id();
        redis.run(
                Scripts.LEAVE_PERSON,
                new byte[][] {keys.person(removed.subjectKey())},
                new Arguments()
                        .text(removed.id())
                        .text(GrantKeys.hashOf(client))
                        .toArray());
        redis.await(redis.commands().zrem(keys.grantsOfClient(client, removed.id()), bytes(removed.id())));
    }

    /** Live grants of a person, in the order in which they were entered. */
    List<Grant> ofPerson(String subjectKey, long nowSeconds) {
        var fields = redis.await(redis.commands().hgetall(keys.person(subjectKey)));
        return live(
                fields.entrySet().stream()
                        .filter(field -> field.getKey()[0] == 'c')
                        .flatMap(field -> entries(field.getValue())),
                nowSeconds);
    }

    /** Live grants of a person for one client, in the order in which they were entered. Reads no others. */
    List<Grant> ofPerson(String subjectKey, String clientId, long nowSeconds) {
        return live(entries(redis.await(redis.commands().hget(keys.person(subjectKey), field(clientId)))), nowSeconds);
    }

    private List<Grant> live(Stream<Entry> entries, long nowSeconds) {
        var ids = entries.filter(entry -> entry.endsAt > nowSeconds)
                .sorted(Comparator.comparingLong(Entry::number))
                .map(Entry::grantId)
                .toList();
        return read(ids, nowSeconds);
    }

    private static Stream<Entry> entries(byte @Nullable [] ofClient) {
        return ofClient == null
                ? Stream.empty()
                : BETWEEN_ENTRIES.splitAsStream(text(ofClient)).map(Entry::parse);
    }

    /** Live grants of a client, in no order. */
    List<Grant> ofClient(String clientId, long nowSeconds) {
        var found = new ArrayList<Grant>();
        for (int set = 0; set < GrantKeys.CLIENT_SETS; set++) {
            byte[] key = keys.grantsOfClient(clientId, set);
            ScanCursor at = ScanCursor.INITIAL;
            do {
                var page = redis.await(redis.commands().zscan(key, at, ScanArgs.Builder.limit(PAGE)));
                found.addAll(read(
                        page.getValues().stream()
                                .map(ScoredValue::getValue)
                                .map(GrantIndexes::text)
                                .toList(),
                        nowSeconds));
                at = page;
            } while (!at.isFinished());
        }
        return found.stream()
                .collect(java.util.stream.Collectors.toMap(
                        Grant::id, grant -> grant, (one, _) -> one)) // a page may repeat another
                .values()
                .stream()
                .toList();
    }

    /** Those of them that are live. */
    private List<Grant> read(List<String> grantIds, long nowSeconds) {
        var live = new ArrayList<Grant>();
        for (int from = 0; from < grantIds.size(); from += PAGE) {
            var asked = new ArrayList<RedisFuture<List<KeyValue<byte[], byte[]>>>>();
            for (String id : grantIds.subList(from, Math.min(from + PAGE, grantIds.size()))) {
                asked.add(redis.commands().hmget(keys.grant(id), GrantFields.ofGrant()));
            }
            for (var one : asked) {
                Grant grant = GrantFields.grant(values(redis.await(one)), nowSeconds);
                if (grant != null) {
                    live.add(grant);
                }
            }
        }
        return live;
    }

    static List<byte @Nullable []> values(List<KeyValue<byte[], byte[]>> fields) {
        var values = new ArrayList<byte @Nullable []>(fields.size());
        for (var field : fields) {
            values.add(field.hasValue() ? field.getValue() : null);
        }
        return values;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** {@code <number>:<ends>:<grant id>}. */
    private record Entry(long number, long endsAt, String grantId) {
        static Entry parse(String text) {
            String[] parts = text.split(":", -1);
            if (parts.length != 3) {
                throw new StoreException("an entry in the index of a person is damaged");
            }
            return new Entry(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]);
        }
    }
}
