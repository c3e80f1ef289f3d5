package dev.portcullis.redis.grant;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.record.Records;
import dev.portcullis.store.record.Records.RefreshRow;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a grant's hash. A record stands as every store has it; what scripts look at or change stands beside it as decimal text, and counts instead of what the record says of it. Stateless.
 */
final class GrantFields {
    /** What makes up a {@link Grant}, in the order that {@link #grant} wants. */
    private static final List<String> OF_GRANT = List.of("g", "p", "u", "e", "k", "q");

    /** What makes up an {@link AuthorizationCode}, in the order that {@link #code} wants. */
    private static final List<String> OF_CODE = List.of("c", "ch");

    private GrantFields() {}

    static byte[][] ofGrant() {
        return names(OF_GRANT);
    }

    static byte[][] ofGrantAndCode() {
        byte[][] grant = names(OF_GRANT);
        byte[][] all = Arrays.copyOf(grant, grant.length + OF_CODE.size());
        System.arraycopy(names(OF_CODE), 0, all, grant.length, OF_CODE.size());
        return all;
    }

    /** When something in the grant ends that its key outlives, in the last place of what {@link #ofGrantAnd} asks for. */
    static byte[] soonestEnd() {
        return new byte[] {'d'};
    }

    static long soonestEnd(List<byte @Nullable []> values) {
        byte[] text = values.get(OF_GRANT.size());
        return text == null ? 0 : number(text);
    }

    static byte[][] ofGrantAnd(byte[] field) {
        byte[][] grant = names(OF_GRANT);
        byte[][] all = Arrays.copyOf(grant, grant.length + 1);
        all[grant.length] = field;
        return all;
    }

    private static byte[][] names(List<String> names) {
        return names.stream()
                .map(name -> name.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }

    static byte[] access(TokenHash hash) {
        return named('a', hash);
    }

    static byte[] refresh(TokenHash hash) {
        return named('r', hash);
    }

    private static byte[] named(char kind, TokenHash hash) {
        byte[] name = new byte[33];
        name[0] = (byte) kind;
        System.arraycopy(hash.toBytes(), 0, name, 1, 32);
        return name;
    }

    /** The record that {@code g} holds: without the sealed part, which changes. */
    static byte[] recordOf(Grant grant) {
        return Records.encode(grant.checked(new byte[0], grant.checkedAt()));
    }

    /** A grant as {@code create.lua} is to put it. */
    static void put(Arguments to, Grant grant) {
        to.text("g").bytes(recordOf(grant));
        to.text("p").bytes(grant.sealedProps());
        to.text("u").number(grant.lastUsedAt());
        to.text("e").number(grant.expiresAt());
        to.text("n").number(grant.endsAt());
        to.text("k").number(grant.checkedAt());
        to.text("q").number(grant.checkingUntil());
    }

    static void put(Arguments to, AuthorizationCode code) {
        to.text("c").bytes(Records.encode(code));
        to.text("ch").hash(code.hash());
        to.text("cx").number(code.expiresAt());
        to.text("d").number(code.expiresAt());
        if (code.spent()) {
            to.text("cs").number(1);
        }
    }

    static void put(Arguments to, AccessToken access) {
        to.bytes(access(access.hash())).bytes(endAndRecord(access.expiresAt(), Records.encode(access)));
        to.text("an").number(1);
        to.text("d").number(access.expiresAt());
    }

    /**
     * The grant in what {@link #ofGrant} asked for.
     *
     * @return null if it is not there, or has ended
     */
    static @Nullable Grant grant(List<byte @Nullable []> values, long nowSeconds) {
        byte[] record = values.get(0);
        if (record == null) {
            return null;
        }
        long expiresAt = number(values.get(3));
        if (expiresAt <= nowSeconds) {
            return null;
        }
        Grant made = Records.grant(record);
        return new Grant(
                made.id(),
                made.client(),
                made.redirectUri(),
                made.subjectKey(),
                made.scopes(),
                made.resources(),
                present(values.get(1)),
                made.createdAt(),
                number(values.get(2)),
                expiresAt,
                made.endsAt(),
                number(values.get(4)),
                number(values.get(5)));
    }

    /** @return null if this is not the grant's code, or it is forgotten */
    static @Nullable AuthorizationCode code(List<byte @Nullable []> values, TokenHash code, long nowSeconds) {
        byte[] record = values.get(OF_GRANT.size());
        byte[] hash = values.get(OF_GRANT.size() + 1);
        if (record == null || hash == null || !code.equals(TokenHash.ofDigest(hash))) {
            return null;
        }
        AuthorizationCode found = Records.code(record);
        return found.expiresAt() <= nowSeconds ? null : found;
    }

    static @Nullable AccessToken accessToken(List<byte @Nullable []> values, long nowSeconds) {
        byte[] value = values.get(OF_GRANT.size());
        if (value == null) {
            return null;
        }
        AccessToken found = Records.accessToken(withoutEnd(value));
        return found.expiresAt() <= nowSeconds ? null : found;
    }

    static @Nullable RefreshToken refreshToken(List<byte @Nullable []> values, long nowSeconds) {
        byte[] value = values.get(OF_GRANT.size());
        if (value == null) {
            return null;
        }
        RefreshToken found = refreshRow(value).asOf(nowSeconds).token();
        return found.expiresAt() <= nowSeconds ? null : found;
    }

    /** What {@code rotate.lua} and {@code consume.lua} are told of a refresh token: hash, generation, end, wrapped key, and its record without that. */
    static void describe(Arguments to, RefreshToken token) {
        var bare = new RefreshToken(
                token.hash(), token.grantId(), token.generation(), new byte[0], token.expiresAt(), 0, token.boundTo());
        to.hash(token.hash())
                .number(token.generation())
                .number(token.expiresAt())
                .bytes(token.wrappedKey())
                .bytes(Records.encode(new RefreshRow(bare, RefreshRow.NEVER)));
    }

    /** What a field of a refresh token says: {@code <generation> <ends> <first used> <retires> <bytes of the wrapped key> <wrapped key><record>}. */
    static RefreshRow refreshRow(byte[] value) {
        var in = new Decimals(value);
        int generation = Math.toIntExact(in.next());
        long expiresAt = in.next();
        long firstUsedAt = in.next();
        long retiresAt = in.next();
        byte[] wrappedKey = in.bytes(Math.toIntExact(in.next()));
        RefreshToken issued = Records.refreshRow(in.rest()).token();
        var token = new RefreshToken(
                issued.hash(), issued.grantId(), generation, wrappedKey, expiresAt, firstUsedAt, issued.boundTo());
        if (retiresAt == 0) {
            return new RefreshRow(token, RefreshRow.NEVER);
        }
        return new RefreshRow(token, wrappedKey.length == 0 ? RefreshRow.RETIRED : retiresAt);
    }

    /** {@code <ends> <record>}. */
    static byte[] endAndRecord(long expiresAt, byte[] record) {
        byte[] end = (expiresAt + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(end, end.length + record.length);
        System.arraycopy(record, 0, all, end.length, record.length);
        return all;
    }

    /** The record in {@code <ends> <record>}. */
    static byte[] withoutEnd(byte[] value) {
        var in = new Decimals(value);
        in.next();
        return in.rest();
    }

    private static long number(byte @Nullable [] text) {
        return new Decimals(present(text)).next();
    }

    private static byte[] present(byte @Nullable [] value) {
        if (value == null) {
            throw new StoreException("a grant is damaged: a field is missing");
        }
        return value;
    }

    /** Reads decimal numbers, each with a space or the end behind it, and then bytes. */
    private static final class Decimals {
        private final byte[] bytes;
        private int at;

        Decimals(byte[] bytes) {
            this.bytes = bytes;
        }

        long next() {
            int from = at;
            while (at < bytes.length && bytes[at] != ' ') {
                at++;
            }
            var text = new String(bytes, from, at - from, StandardCharsets.US_ASCII);
            at++;
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new StoreException("a grant is damaged: a number is none", e);
            }
        }

        byte[] bytes(int count) {
            if (count < 0 || count > bytes.length - at) {
                throw new StoreException("a grant is damaged: it is cut short");
            }
            at += count;
            return Arrays.copyOfRange(bytes, at - count, at);
        }

        byte[] rest() {
            return bytes(bytes.length - at);
        }
    }
}
