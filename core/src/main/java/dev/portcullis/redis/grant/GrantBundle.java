package dev.portcullis.redis.grant;

import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.archive.Entry;
import dev.portcullis.store.record.Records;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A grant's hash, whole, as an {@link Entry.OfGrant} and back. Stateless. */
final class GrantBundle {
    private static final int TOKEN_NAME_BYTES = 33;

    private GrantBundle() {}

    /** All fields and values of a grant that stood elsewhere, as {@code create.lua} is to put them. */
    static Arguments write(Entry.OfGrant of) {
        var fields = new Arguments();
        GrantFields.put(fields, of.grant());
        of.codes().forEach(code -> GrantFields.put(fields, code)); // a grant has one, which began it
        for (AccessToken access : of.access()) {
            fields.bytes(GrantFields.access(access.hash()))
                    .bytes(GrantFields.endAndRecord(access.expiresAt(), Records.encode(access)));
        }
        fields.text("an").number(of.access().size());
        fields.text("d").number(nextEnd(of));
        writeFamily(fields, of.refresh());
        return fields;
    }

    /** When something in it ends or retires first; 0 if nothing does. */
    private static long nextEnd(Entry.OfGrant of) {
        var tokens = LongStream.concat(
                of.codes().stream().mapToLong(AuthorizationCode::expiresAt),
                of.access().stream().mapToLong(AccessToken::expiresAt));
        var family = of.refresh().stream()
                .flatMapToLong(member -> LongStream.of(
                        member.token().expiresAt(),
                        member.token().wrappedKey().length == 0 ? Long.MAX_VALUE : member.retiresAt()));
        long soonest = LongStream.concat(tokens, family).min().orElse(Long.MAX_VALUE);
        return soonest == Long.MAX_VALUE ? 0 : soonest;
    }

    private static void writeFamily(Arguments fields, List<Entry.Refresh> family) {
        for (Entry.Refresh member : family) {
            var token = member.token();
            fields.bytes(GrantFields.refresh(token.hash())).bytes(GrantFields.refreshField(token, member.retiresAt()));
            fields.text("i" + token.generation()).hash(token.hash());
        }
        if (!family.isEmpty()) { // sorted
            fields.text("o").number(family.getFirst().token().generation());
            fields.text("f").number(family.getLast().token().generation());
        }
    }

    /** @return null if it is not there, or has ended */
    static Entry.@Nullable OfGrant read(Map<byte[], byte[]> fields, long nowSeconds) {
        var named = new HashMap<String, byte[]>();
        fields.forEach((name, value) -> named.put(new String(name, StandardCharsets.ISO_8859_1), value));
        Grant grant = GrantFields.grant(values(named, GrantFields.ofGrant()), nowSeconds);
        if (grant == null) {
            return null;
        }
        var codes = new ArrayList<AuthorizationCode>();
        var access = new ArrayList<AccessToken>();
        var refresh = new ArrayList<Entry.Refresh>();
        byte[] code = named.get("c");
        if (code != null) {
            codes.add(Records.code(code));
        }
        for (var field : named.entrySet()) {
            if (field.getKey().length() != TOKEN_NAME_BYTES) {
                continue;
            }
            if (field.getKey().charAt(0) == 'a') {
                access.add(Records.accessToken(GrantFields.withoutEnd(field.getValue())));
            } else if (field.getKey().charAt(0) == 'r') {
                var row = GrantFields.refreshRow(field.getValue()).asOf(nowSeconds);
                refresh.add(new Entry.Refresh(row.token(), row.retiresAt()));
            }
        }
        codes.removeIf(token -> token.expiresAt() <= nowSeconds);
        access.removeIf(token -> token.expiresAt() <= nowSeconds);
        refresh.removeIf(member -> member.token().expiresAt() <= nowSeconds);
        return new Entry.OfGrant(grant, codes, access, refresh);
    }

    private static List<byte @Nullable []> values(Map<String, byte[]> named, byte[][] names) {
        var values = new ArrayList<byte @Nullable []>(names.length);
        for (byte[] name : names) {
            values.add(named.get(new String(name, StandardCharsets.ISO_8859_1)));
        }
        return values;
    }
}
