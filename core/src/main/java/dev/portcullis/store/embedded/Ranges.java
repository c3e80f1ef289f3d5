package dev.portcullis.store.embedded;

import java.util.ArrayList;
import java.util.List;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/** Looks at neighbouring keys of a map. Stateless. */
final class Ranges {
    private Ranges() {}

    /** The keys from {@code from} (inclusive) to {@code to} (exclusive), ascending, at most {@code max}. */
    static List<byte[]> keys(MVMap<byte[], byte[]> map, byte[] from, byte[] to, int max) {
        var keys = new ArrayList<byte[]>();
        var cursor = map.cursor(from);
        while (keys.size() < max && cursor.hasNext()) {
            byte[] key = cursor.next();
            if (map.getKeyType().compare(key, to) >= 0) {
                break;
            }
            keys.add(key);
        }
        return keys;
    }

    /** The keys that begin with {@code prefix}, ascending, at most {@code max}. */
    static List<byte[]> startingWith(MVMap<byte[], byte[]> map, byte[] prefix, int max) {
        var keys = new ArrayList<byte[]>();
        var cursor = map.cursor(prefix);
        while (keys.size() < max && cursor.hasNext()) {
            byte[] key = cursor.next();
            if (!Keys.startsWith(key, prefix)) {
                break;
            }
            keys.add(key);
        }
        return keys;
    }

    static byte @Nullable [] firstStartingWith(MVMap<byte[], byte[]> map, byte[] prefix) {
        byte[] key = map.ceilingKey(prefix);
        return key != null && Keys.startsWith(key, prefix) ? key : null;
    }

    /** How many keys stand from {@code from} (inclusive) to {@code to} (exclusive); O(log n), since the pages count. */
    static long count(MVMap<byte[], byte[]> map, byte[] from, byte[] to) {
        return position(map, to) - position(map, from);
    }

    private static long position(MVMap<byte[], byte[]> map, byte[] key) {
        long index = map.getKeyIndex(key);
        return index < 0 ? -index - 1 : index;
    }
}
