package dev.portcullis.store.embedded;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.store.record.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The keys of the maps, as core/STORAGE.md lists them. Variable parts are preceded by their length, so that no key is the beginning of a stranger's. Stateless. */
final class Keys {
    private static final byte[] EMPTY = new byte[0];

    /** What a grant holds. */
    enum Holding {
        ACCESS('a'),
        CODE('c'),
        REFRESH('r');

        private final char mark;

        Holding(char mark) {
            this.mark = mark;
        }
    }

    private Keys() {}

    /** A client id may be long or a URL: its hash is not. */
    static byte[] client(String clientId) {
        return TokenHash.of(clientId.getBytes(StandardCharsets.UTF_8)).toBytes();
    }

    static byte[] grant(String grantId) {
        return grantId.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] grantsOf(String subjectKey) {
        return new Bytes(128).text(subjectKey).toArray();
    }

    static byte[] grantsOf(String subjectKey, String clientId) {
        return new Bytes(128).text(subjectKey).raw(client(clientId)).toArray();
    }

    /** A key after all that {@link #grantsOf(String, String)} begins: ids of grants are ASCII. */
    static byte[] grantsOfEnd(String subjectKey, String clientId) {
        return new Bytes(128)
                .text(subjectKey)
                .raw(client(clientId))
                .u8(Byte.MAX_VALUE)
                .toArray();
    }

    static byte[] subject(String subjectKey, String clientId, String grantId) {
        return new Bytes(128)
                .text(subjectKey)
                .raw(client(clientId))
                .raw(grant(grantId))
                .toArray();
    }

    /** The grant id in a key that {@link #subject} made. */
    static String grantIdIn(byte[] subjectKey, int prefixBytes, boolean clientInPrefix) {
        int at = clientInPrefix ? prefixBytes : prefixBytes + 32;
        return new String(subjectKey, at, subjectKey.length - at, StandardCharsets.UTF_8);
    }

    /**
     * The grant id in a key that {@link #subject} made, if it is of this client.
     *
     * @param clientKey as {@link #client} makes it
     * @return null if it is of another client
     */
    static @Nullable String grantIdOfClient(byte[] subjectKey, byte[] clientKey) {
        int at = 0;
        int textBytes = 0;
        for (int shift = 0; ; shift += 7) {
            int next = subjectKey[at++];
            textBytes |= (next & 0x7F) << shift;
            if (next >= 0) {
                break;
            }
        }
        at += textBytes;
        int end = at + clientKey.length;
        return Arrays.equals(subjectKey, at, end, clientKey, 0, clientKey.length)
                ? new String(subjectKey, end, subjectKey.length - end, StandardCharsets.UTF_8)
                : null;
    }

    static byte[] holdings(String grantId) {
        return new Bytes(64).text(grantId).toArray();
    }

    static byte[] holdings(String grantId, Holding kind) {
        return new Bytes(64).text(grantId).u8(kind.mark).toArray();
    }

    /** The least key after all that {@link #holdings(String, Holding)} begins. */
    static byte[] holdingsEnd(String grantId, Holding kind) {
        return new Bytes(64).text(grantId).u8(kind.mark + 1).toArray();
    }

    /** @param order sorts what one grant holds of one kind: end of an access token, generation of a refresh token */
    static byte[] holding(String grantId, Holding kind, long order, TokenHash hash) {
        return new Bytes(80)
                .text(grantId)
                .u8(kind.mark)
                .u64(order)
                .raw(hash.toBytes())
                .toArray();
    }

    static byte[] generation(String grantId, int generation) {
        return new Bytes(64)
                .text(grantId)
                .u8(Holding.REFRESH.mark)
                .u64(generation)
                .toArray();
    }

    /** The hash at the end of a key that {@link #holding} made. */
    static byte[] hashIn(byte[] holding) {
        return Arrays.copyOfRange(holding, holding.length - 32, holding.length);
    }

    static byte[] expiry(int tableMark, long expiresAt, byte[] rowKey) {
        return new Bytes(48).u8(tableMark).u64(expiresAt).raw(rowKey).toArray();
    }

    /** The least key of a table's expiries at {@code expiresAt}. */
    static byte[] expiry(int tableMark, long expiresAt) {
        return expiry(tableMark, expiresAt, EMPTY);
    }

    /** The row's key in a key that {@link #expiry} made. */
    static byte[] rowKeyIn(byte[] expiry) {
        return Arrays.copyOfRange(expiry, 9, expiry.length);
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
