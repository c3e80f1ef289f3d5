package dev.portcullis.store.embedded;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.store.Grant;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.archive.Archive;
import dev.portcullis.store.archive.Entry;
import dev.portcullis.store.record.Records.RefreshRow;
import dev.portcullis.store.record.Records.RememberedClient;
import dev.portcullis.store.record.Records.SpentId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rows as {@link Entry entries} and back. A place is a letter for the table, and the key in base64url behind which to go on. Reads: any thread; changes: the
 * writer's thread. Stateless.
 */
final class Archiving {
    private static final int KEY_CHARS_MAX = 1_000;

    /** In this order, so that of a copy that was not finished no id is missing that was used. */
    private enum Kind {
        SPENT('s'),
        CLIENTS('u'),
        REGISTRATIONS('n'),
        GRANTS('g'),
        PENDING('p');

        private final char letter;

        Kind(char letter) {
            this.letter = letter;
        }

        @Nullable
        Kind next() {
            var order = List.of(values());
            int next = order.indexOf(this) + 1;
            return next < order.size() ? order.get(next) : null;
        }
    }

    private Archiving() {}

    static Archive.Page page(Tables tables, String place, int max, long nowSeconds) {
        Kind kind = kindOf(place);
        byte[] after = keyIn(place);
        return switch (kind) {
            case SPENT ->
                page(kind, tables.spent, after, max, nowSeconds, row -> new Entry.OfSpentId(row.id(), row.expiresAt()));
            case CLIENTS ->
                page(
                        kind,
                        tables.clients,
                        after,
                        max,
                        nowSeconds,
                        row -> new Entry.OfClient(row.client(), row.expiresAt()));
            case REGISTRATIONS ->
                page(
                        kind,
                        tables.registrations,
                        after,
                        max,
                        nowSeconds,
                        row -> new Entry.OfRegistration(row.client(), row.expiresAt()));
            case GRANTS -> page(kind, tables.grants, after, max, nowSeconds, row -> grant(tables, row, nowSeconds));
            case PENDING -> page(kind, tables.pending, after, max, nowSeconds, Entry.OfPendingSignIn::new);
        };
    }

    private static <T> Archive.Page page(
            Kind kind, Table<T> table, byte @Nullable [] after, int max, long nowSeconds, Function<T, Entry> entryOf) {
        List<T> rows = table.after(after, max);
        var entries = new ArrayList<Entry>(rows.size());
        for (T row : rows) {
            if (table.isLive(row, nowSeconds)) {
                entries.add(entryOf.apply(row));
            }
        }
        Kind next = rows.size() < max ? kind.next() : kind;
        if (next == null) {
            return new Archive.Page(entries, null);
        }
        String key = next == kind ? Base64Url.encode(table.keyOf(rows.getLast())) : "";
        return new Archive.Page(entries, next.letter + key);
    }

    private static Kind kindOf(String place) {
        if (place.isEmpty()) {
            return Kind.SPENT;
        }
        for (Kind kind : Kind.values()) {
            if (kind.letter == place.charAt(0)) {
                return kind;
            }
        }
        throw new StoreException("a copy is to go on at a place that is none of this store's");
    }

    private static byte @Nullable [] keyIn(String place) {
        return place.length() < 2 ? null : Base64Url.decode(place.substring(1), KEY_CHARS_MAX);
    }

    private static Entry.OfGrant grant(Tables tables, Grant grant, long nowSeconds) {
        return new Entry.OfGrant(
                grant,
                tables.liveCodesOf(grant.id(), nowSeconds),
                tables.liveAccessOf(grant.id(), nowSeconds),
                tables.liveRefreshOf(grant.id(), nowSeconds).stream()
                        .map(row -> row.asOf(nowSeconds))
                        .map(row -> new Entry.Refresh(row.token(), row.retiresAt()))
                        .toList());
    }

    static @Nullable Entry find(Tables tables, Entry like, long nowSeconds) {
        return switch (like) {
            case Entry.OfSpentId(var id, var _) -> {
                SpentId found = tables.spent.live(id.toBytes(), nowSeconds);
                yield found == null ? null : new Entry.OfSpentId(found.id(), found.expiresAt());
            }
            case Entry.OfClient(var client, var _) -> {
                RememberedClient found = tables.clients.live(Keys.client(client.id()), nowSeconds);
                yield found == null ? null : new Entry.OfClient(found.client(), found.expiresAt());
            }
            case Entry.OfRegistration(var client, var _) -> {
                RememberedClient found = tables.registrations.live(Keys.client(client.id()), nowSeconds);
                yield found == null ? null : new Entry.OfRegistration(found.client(), found.expiresAt());
            }
            case Entry.OfGrant of -> {
                Grant found = tables.liveGrant(of.grant().id(), nowSeconds);
                yield found == null ? null : grant(tables, found, nowSeconds);
            }
            case Entry.OfPendingSignIn(var pending) -> {
                var found = tables.pending.live(pending.state().toBytes(), nowSeconds);
                yield found == null ? null : new Entry.OfPendingSignIn(found);
            }
        };
    }

    /** By the indexes: quick. */
    static long count(Tables tables, long nowSeconds) {
        return tables.spent.countLive(nowSeconds)
                + tables.clients.countLive(nowSeconds)
                + tables.registrations.countLive(nowSeconds)
                + tables.grants.countLive(nowSeconds)
                + tables.pending.countLive(nowSeconds);
    }

    static void put(Tables tables, Transaction tx, Entry entry) {
        remove(tables, tx, entry);
        switch (entry) {
            case Entry.OfSpentId(var id, long expiresAt) -> tables.spent.put(tx, SpentId.withoutOutcome(id, expiresAt));
            case Entry.OfClient(var client, long expiresAt) ->
                tables.clients.put(tx, new RememberedClient(client, expiresAt));
            case Entry.OfRegistration(var client, long expiresAt) ->
                tables.registrations.put(tx, new RememberedClient(client, expiresAt));
            case Entry.OfGrant(var grant, var codes, var access, var refresh) -> {
                tables.put(tx, grant);
                codes.forEach(code -> tables.put(tx, code));
                access.forEach(token -> tables.put(tx, token));
                refresh.forEach(member -> tables.put(tx, new RefreshRow(member.token(), member.retiresAt())));
            }
            case Entry.OfPendingSignIn(var pending) -> tables.pending.put(tx, pending);
        }
    }

    static void remove(Tables tables, Transaction tx, Entry entry) {
        switch (entry) {
            case Entry.OfSpentId(var id, var _) -> tables.spent.remove(tx, id.toBytes());
            case Entry.OfClient(var client, var _) -> tables.clients.remove(tx, Keys.client(client.id()));
            case Entry.OfRegistration(var client, var _) -> tables.registrations.remove(tx, Keys.client(client.id()));
            case Entry.OfGrant of -> tables.removeGrant(tx, of.grant().id());
            case Entry.OfPendingSignIn(var pending) ->
                tables.pending.remove(tx, pending.state().toBytes());
        }
    }
}
