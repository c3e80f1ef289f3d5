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
import java.util.List;
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
                        .number(grant.createdAt())
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
        var ofPersons = new ArrayList<RedisFuture<Boolean>>();
        var ofClients = new ArrayList<RedisFuture<Double>>();
        for (Grant grant : grants) {
            byte[] id = bytes(grant.id());
            ofPersons.add(redis.commands().hexists(keys.person(grant.subjectKey()), bytes("g" + grant.id())));
            ofClients.add(
                    redis.commands().zscore(keys.grantsOfClient(grant.client().id(), grant.id()), id));
        }
        var missing = new ArrayList<Grant>();
        for (int i = 0; i < grants.size(); i++) {
            boolean ofPerson = redis.await(ofPersons.get(i));
            boolean ofClient = isThere(redis.await(ofClients.get(i)));
            if (!ofPerson || !ofClient) {
                missing.add(grants.get(i));
            }
        }
        return missing;
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
                new Arguments().text(removed.id()).toArray());
        redis.await(redis.commands().zrem(keys.grantsOfClient(client, removed.id()), bytes(removed.id())));
    }

    /** Live grants of a person, in the order in which they were entered. */
    List<Grant> ofPerson(String subjectKey, long nowSeconds) {
        return read(
                entriesOfPerson(subjectKey, nowSeconds).stream()
                        .map(Entry::grantId)
                        .toList(),
                nowSeconds);
    }

    /** Live grants of a person for one client, in the order in which they were entered. */
    List<Grant> ofPerson(String subjectKey, String clientId, long nowSeconds) {
        String client = GrantKeys.hashOf(clientId);
        return read(
                entriesOfPerson(subjectKey, nowSeconds).stream()
                        .filter(entry -> entry.client.equals(client))
                        .map(Entry::grantId)
                        .toList(),
                nowSeconds);
    }

    private List<Entry> entriesOfPerson(String subjectKey, long nowSeconds) {
        var entries = new ArrayList<Entry>();
        redis.await(redis.commands().hgetall(keys.person(subjectKey))).forEach((field, value) -> {
            if (field[0] == 'g') {
                entries.add(Entry.parse(text(field).substring(1), text(value)));
            }
        });
        entries.removeIf(entry -> entry.endsAt <= nowSeconds);
        entries.sort((one, other) -> Long.compare(one.number, other.number));
        return entries;
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

    /** {@code <number> <ends> <created> <client>}. */
    private record Entry(String grantId, long number, long endsAt, String client) {
        static Entry parse(String grantId, String value) {
            String[] parts = value.split(" ", -1);
            if (parts.length != 4) {
                throw new StoreException("an entry in the index of a person is damaged");
            }
            return new Entry(grantId, Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[3]);
        }
    }
}
