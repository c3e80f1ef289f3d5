package dev.portcullis.redis.grant;

import dev.portcullis.redis.Redis;
import io.lettuce.core.KeyScanArgs;
import io.lettuce.core.ScanCursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What stands below a prefix.
 *
 * @param records of all kinds
 * @param withoutEnd keys that would stay for ever, but for the mark that is to
 * @param grants ids
 * @param grantsOfPersons ids in indexes
 * @param grantsOfClients ids in indexes
 * @param miscounted grants whose number of access tokens is not the one they hold
 */
record RedisCensus(
        long records,
        List<String> withoutEnd,
        List<String> grants,
        List<String> grantsOfPersons,
        List<String> grantsOfClients,
        List<String> miscounted) {
    static RedisCensus of(Redis redis) {
        var census = new RedisCensus(
                0, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        long records = 0;
        for (String key : keys(redis)) {
            if (isMark(redis, key)) {
                continue;
            }
            byte[] raw = key.getBytes(StandardCharsets.UTF_8);
            long ttl = redis.await(redis.commands().pttl(raw));
            if (ttl == -2) {
                continue; // it has just gone
            }
            if (ttl < 0) {
                census.withoutEnd.add(key);
            }
            String kind = key.substring(text(redis.key("")).length());
            kind = kind.substring(0, kind.indexOf(':'));
            switch (kind) {
                case "g" -> records += census.grant(redis, key, raw);
                case "pending", "client", "registration", "spent" -> records++;
                case "person" ->
                    redis.await(redis.commands().hgetall(raw)).forEach((field, value) -> {
                        if (field[0] == 'c') {
                            for (String entry : text(value).split(" ", -1)) {
                                if (!entry.isEmpty()) {
                                    census.grantsOfPersons.add(entry.substring(entry.lastIndexOf(':') + 1));
                                }
                            }
                        }
                    });
                case "grants" ->
                    redis.await(redis.commands().zrange(raw, 0, -1))
                            .forEach(id -> census.grantsOfClients.add(text(id)));
                case "all" -> {}
                default -> throw new AssertionError("nobody knows the key " + key);
            }
        }
        return new RedisCensus(
                records,
                census.withoutEnd,
                census.grants,
                census.grantsOfPersons,
                census.grantsOfClients,
                census.miscounted);
    }

    private int grant(Redis redis, String key, byte[] raw) {
        grants.add(key.substring(key.indexOf('{') + 1, key.lastIndexOf('}')));
        int records = 0;
        int access = 0;
        int counted = 0;
        for (var field : redis.await(redis.commands().hgetall(raw)).entrySet()) {
            byte[] name = field.getKey();
            boolean isToken = name.length == 33;
            if (isToken && name[0] == 'a') {
                access++;
            }
            if (isToken || (name.length == 1 && (name[0] == 'g' || name[0] == 'c'))) {
                records++;
            }
            if (text(name).equals("an")) {
                counted = Integer.parseInt(text(field.getValue()));
            }
        }
        if (access != counted) {
            miscounted.add(key);
        }
        return records;
    }

    /** By which nodes know that the store has its data. */
    static boolean isMark(Redis redis, String key) {
        String mark = text(redis.key("mark"));
        return key.equals(mark) || key.startsWith(mark + ":");
    }

    static Set<String> keys(Redis redis) {
        var keys = new HashSet<String>();
        var pattern = KeyScanArgs.Builder.matches(text(redis.key("*"))).limit(1_000);
        ScanCursor at = ScanCursor.INITIAL;
        do {
            var page = redis.await(redis.commands().scan(at, pattern));
            page.getKeys().forEach(key -> keys.add(text(key)));
            at = page;
        } while (!at.isFinished());
        return keys;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
