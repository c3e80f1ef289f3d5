package dev.portcullis.store.embedded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/**
 * The records of one kind and their places in the expiry index, which is shared by all tables and sorted by table, then time: what has ended is found without
 * looking at what has not. Both change together, always. Reads: any thread; changes: whoever has the turn.
 */
final class Table<T> {
    private static final byte[] NOTHING = new byte[0];

    private final int mark;
    private final MVMap<byte[], byte[]> rows;
    private final MVMap<byte[], byte[]> expiries;
    private final Function<T, byte[]> keyOf;
    private final ToLongFunction<T> expiresAt;
    private final Function<T, byte[]> encode;
    private final Function<byte[], T> decode;

    /** @param mark this table's first byte in the expiry index */
    Table(
            int mark,
            MVMap<byte[], byte[]> rows,
            MVMap<byte[], byte[]> expiries,
            Function<T, byte[]> keyOf,
            ToLongFunction<T> expiresAt,
            Function<T, byte[]> encode,
            Function<byte[], T> decode) {
        this.mark = mark;
        this.rows = rows;
        this.expiries = expiries;
        this.keyOf = keyOf;
        this.expiresAt = expiresAt;
        this.encode = encode;
        this.decode = decode;
    }

    /** Expired or not; null if absent. */
    @Nullable
    T get(byte[] key) {
        byte[] row = rows.get(key);
        return row == null ? null : decode.apply(row);
    }

    /** Null if absent or expired: what ends at a second is not live in that second. */
    @Nullable
    T live(byte[] key, long nowSeconds) {
        T row = get(key);
        return row == null || !isLive(row, nowSeconds) ? null : row;
    }

    void put(Transaction tx, T row) {
        byte[] key = keyOf.apply(row);
        byte[] before = tx.put(rows, key, encode.apply(row));
        long end = expiresAt.applyAsLong(row);
        if (before != null) {
            long endBefore = expiresAt.applyAsLong(decode.apply(before));
            if (endBefore == end) {
                return;
            }
            tx.remove(expiries, Keys.expiry(mark, endBefore, key));
        }
        tx.put(expiries, Keys.expiry(mark, end, key), NOTHING);
    }

    @Nullable
    T remove(Transaction tx, byte[] key) {
        byte[] before = tx.remove(rows, key);
        if (before == null) {
            return null;
        }
        T row = decode.apply(before);
        tx.remove(expiries, Keys.expiry(mark, expiresAt.applyAsLong(row), key));
        return row;
    }

    /** Keys of rows that have ended, longest ended first, at most {@code max}. */
    List<byte[]> expired(long nowSeconds, int max) {
        return Ranges.keys(expiries, Keys.expiry(mark, 0), Keys.expiry(mark, nowSeconds + 1), max).stream()
                .map(Keys::rowKeyIn)
                .toList();
    }

    /**
     * Neighbouring rows, expired or not, in the order of their keys.
     *
     * @param after they stand behind this key; null: from the first
     */
    List<T> after(byte @Nullable [] after, int max) {
        var found = new ArrayList<T>();
        var cursor = rows.cursor(after);
        while (found.size() < max && cursor.hasNext()) {
            byte[] key = cursor.next();
            if (after == null || !Arrays.equals(after, key)) {
                found.add(decode.apply(cursor.getValue()));
            }
        }
        return found;
    }

    byte[] keyOf(T row) {
        return keyOf.apply(row);
    }

    boolean isLive(T row, long nowSeconds) {
        return expiresAt.applyAsLong(row) > nowSeconds;
    }

    /** Counted from the index, without reading a row: O(log n). */
    long countLive(long nowSeconds) {
        return Ranges.count(expiries, Keys.expiry(mark, nowSeconds + 1), Keys.expiry(mark + 1, 0));
    }

    long count() {
        return rows.sizeAsLong();
    }

    /** All rows: for tests of the index. */
    List<T> all() {
        var all = new ArrayList<T>();
        rows.values().forEach(row -> all.add(decode.apply(row)));
        return all;
    }
}
