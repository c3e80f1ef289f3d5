package dev.portcullis.store.embedded;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.embedded.Keys.Holding;
import dev.portcullis.store.record.Records;
import dev.portcullis.store.record.Records.RefreshRow;
import dev.portcullis.store.record.Records.RememberedClient;
import dev.portcullis.store.record.Records.SpentId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.jspecify.annotations.Nullable;

/**
 * All records with their indexes, which nobody else touches: a row and what points to it come and go together. Beside the expiry index there are two: which
 * grants a person gave a client ({@code subjects}), and which codes and tokens hang on a grant ({@code holdings}). Reads: any thread; changes: whoever has the turn.
 */
final class Tables {
    private static final byte[] NOTHING = new byte[0];
    private static final int RETIREMENT_MARK = 'k';
    private static final byte[] COPY_MARK = {0};

    private final MVMap<byte[], byte[]> expiries;
    private final MVMap<byte[], byte[]> subjects;
    private final MVMap<byte[], byte[]> holdings;
    private final MVMap<byte[], byte[]> copying;
    final Table<PendingSignIn> pending;
    final Table<RememberedClient> clients;
    final Table<RememberedClient> registrations;
    final Table<Grant> grants;
    final Table<AuthorizationCode> codes;
    final Table<AccessToken> access;
    final Table<RefreshRow> refresh;
    final Table<SpentId> spent;

    Tables(MVStore store) {
        Function<String, MVMap<byte[], byte[]>> map = name -> store.openMap(
                name,
                new MVMap.Builder<byte[], byte[]>()
                        .keyType(ByteArrayDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
        expiries = map.apply("expiries");
        subjects = map.apply("subjects");
        holdings = map.apply("holdings");
        copying = map.apply("copying");
        pending = new Table<>(
                'p',
                map.apply("pending"),
                expiries,
                row -> row.state().toBytes(),
                PendingSignIn::expiresAt,
                Records::encode,
                Records::pendingSignIn);
        clients = new Table<>(
                'u',
                map.apply("clients"),
                expiries,
                row -> Keys.client(row.client().id()),
                RememberedClient::expiresAt,
                Records::encode,
                Records::client);
        registrations = new Table<>(
                'n',
                map.apply("registrations"),
                expiries,
                row -> Keys.client(row.client().id()),
                RememberedClient::expiresAt,
                Records::encode,
                Records::client);
        grants = new Table<>(
                'g',
                map.apply("grants"),
                expiries,
                row -> Keys.grant(row.id()),
                Grant::expiresAt,
                Records::encode,
                Records::grant);
        codes = new Table<>(
                'c',
                map.apply("codes"),
                expiries,
                row -> row.hash().toBytes(),
                AuthorizationCode::expiresAt,
                Records::encode,
                Records::code);
        access = new Table<>(
                'a',
                map.apply("access"),
                expiries,
                row -> row.hash().toBytes(),
                AccessToken::expiresAt,
                Records::encode,
                Records::accessToken);
        refresh = new Table<>(
                'r',
                map.apply("refresh"),
                expiries,
                row -> row.token().hash().toBytes(),
                row -> row.token().expiresAt(),
                Records::encode,
                Records::refreshRow);
        spent = new Table<>(
                's',
                map.apply("spent"),
                expiries,
                row -> row.id().toBytes(),
                SpentId::expiresAt,
                Records::encode,
                Records::spentId);
    }

    /** With a grant, or only registered. */
    @Nullable
    RememberedClient liveClient(byte[] key, long nowSeconds) {
        RememberedClient used = clients.live(key, nowSeconds);
        return used == null ? registrations.live(key, nowSeconds) : used;
    }

    @Nullable
    Grant liveGrant(String grantId, long nowSeconds) {
        return grants.live(Keys.grant(grantId), nowSeconds);
    }

    List<Grant> liveGrantsOf(String subjectKey, long nowSeconds) {
        return liveGrants(Keys.grantsOf(subjectKey), false, nowSeconds);
    }

    List<Grant> liveGrantsOf(String subjectKey, String clientId, long nowSeconds) {
        return liveGrants(Keys.grantsOf(subjectKey, clientId), true, nowSeconds);
    }

    /** Expired ones that have not been swept among them. Counted from the index, without reading a row. */
    long countGrantsOf(String subjectKey, String clientId) {
        return Ranges.count(subjects, Keys.grantsOf(subjectKey, clientId), Keys.grantsOfEnd(subjectKey, clientId));
    }

    /** Looks at the index of all grants, and reads the rows of this client's alone. */
    List<Grant> liveGrantsOfClient(String clientId, long nowSeconds) {
        byte[] clientKey = Keys.client(clientId);
        var live = new ArrayList<Grant>();
        for (var keys = subjects.keyIterator(null); keys.hasNext(); ) {
            String grantId = Keys.grantIdOfClient(keys.next(), clientKey);
            Grant grant = grantId == null ? null : liveGrant(grantId, nowSeconds);
            if (grant != null) {
                live.add(grant);
            }
        }
        return live;
    }

    private List<Grant> liveGrants(byte[] prefix, boolean clientInPrefix, long nowSeconds) {
        var live = new ArrayList<Grant>();
        for (byte[] key : Ranges.startingWith(subjects, prefix, Integer.MAX_VALUE)) {
            Grant grant = liveGrant(Keys.grantIdIn(key, prefix.length, clientInPrefix), nowSeconds);
            if (grant != null) {
                live.add(grant);
            }
        }
        return live;
    }

    /** A new grant or a new state of one; person and client never change. */
    void put(Transaction tx, Grant grant) {
        grants.put(tx, grant);
        byte[] key = Keys.subject(grant.subjectKey(), grant.client().id(), grant.id());
        if (subjects.get(key) == null) {
            tx.put(subjects, key, NOTHING);
        }
    }

    void put(Transaction tx, AuthorizationCode code) {
        codes.put(tx, code);
        hold(tx, Keys.holding(code.grantId(), Holding.CODE, 0, code.hash()));
    }

    void put(Transaction tx, AccessToken token) {
        AccessToken before = access.get(token.hash().toBytes());
        if (before != null) {
            removeAccess(tx, before.hash());
        }
        access.put(tx, token);
        hold(tx, holdingOf(token));
    }

    void put(Transaction tx, RefreshRow row) {
        byte[] key = row.token().hash().toBytes();
        RefreshRow before = refresh.get(key);
        if (before != null && before.isDueToRetire() && before.retiresAt() != row.retiresAt()) {
            tx.remove(expiries, Keys.expiry(RETIREMENT_MARK, before.retiresAt(), key));
        }
        refresh.put(tx, row);
        hold(tx, holdingOf(row));
        if (row.isDueToRetire()) {
            tx.put(expiries, Keys.expiry(RETIREMENT_MARK, row.retiresAt(), key), NOTHING);
        }
    }

    /** What hangs on a grant of one kind and is live, by its hash. */
    private <T> List<T> liveHoldings(String grantId, Holding kind, Table<T> table, long nowSeconds) {
        var live = new ArrayList<T>();
        for (byte[] key : Ranges.startingWith(holdings, Keys.holdings(grantId, kind), Integer.MAX_VALUE)) {
            T row = table.live(Keys.hashIn(key), nowSeconds);
            if (row != null) {
                live.add(row);
            }
        }
        return live;
    }

    List<AuthorizationCode> liveCodesOf(String grantId, long nowSeconds) {
        return liveHoldings(grantId, Holding.CODE, codes, nowSeconds);
    }

    List<AccessToken> liveAccessOf(String grantId, long nowSeconds) {
        return liveHoldings(grantId, Holding.ACCESS, access, nowSeconds);
    }

    List<RefreshRow> liveRefreshOf(String grantId, long nowSeconds) {
        return liveHoldings(grantId, Holding.REFRESH, refresh, nowSeconds);
    }

    /** @return what an unfinished copy into this store has left; null if there is none */
    @Nullable
    String copyMark() {
        byte[] mark = copying.get(COPY_MARK);
        return mark == null ? null : new String(mark, StandardCharsets.UTF_8);
    }

    void markCopy(Transaction tx, String mark) {
        tx.put(copying, COPY_MARK, mark.getBytes(StandardCharsets.UTF_8));
    }

    void unmarkCopy(Transaction tx) {
        tx.remove(copying, COPY_MARK);
    }

    /** @return false if there was none */
    boolean removeGrant(Transaction tx, String grantId) {
        for (byte[] key : Ranges.startingWith(holdings, Keys.holdings(grantId, Holding.ACCESS), Integer.MAX_VALUE)) {
            access.remove(tx, Keys.hashIn(key));
            tx.remove(holdings, key);
        }
        for (byte[] key : Ranges.startingWith(holdings, Keys.holdings(grantId, Holding.CODE), Integer.MAX_VALUE)) {
            codes.remove(tx, Keys.hashIn(key));
            tx.remove(holdings, key);
        }
        for (byte[] key : Ranges.startingWith(holdings, Keys.holdings(grantId, Holding.REFRESH), Integer.MAX_VALUE)) {
            removeRefresh(tx, Keys.hashIn(key));
        }
        Grant grant = grants.remove(tx, Keys.grant(grantId));
        if (grant == null) {
            return false;
        }
        tx.remove(subjects, Keys.subject(grant.subjectKey(), grant.client().id(), grantId));
        return true;
    }

    boolean removeAccess(Transaction tx, TokenHash hash) {
        return removeAccess(tx, hash.toBytes());
    }

    private boolean removeAccess(Transaction tx, byte[] key) {
        AccessToken token = access.remove(tx, key);
        if (token != null) {
            tx.remove(holdings, holdingOf(token));
        }
        return token != null;
    }

    private void removeCode(Transaction tx, byte[] key) {
        AuthorizationCode code = codes.remove(tx, key);
        if (code != null) {
            tx.remove(holdings, Keys.holding(code.grantId(), Holding.CODE, 0, code.hash()));
        }
    }

    private void removeRefresh(Transaction tx, byte[] key) {
        RefreshRow row = refresh.remove(tx, key);
        if (row != null) {
            tx.remove(holdings, holdingOf(row));
            if (row.isDueToRetire()) {
                tx.remove(expiries, Keys.expiry(RETIREMENT_MARK, row.retiresAt(), key));
            }
        }
    }

    /** The token of this generation of a grant's family; null if there is none, or none any more. */
    @Nullable
    RefreshRow generation(String grantId, int generation) {
        byte[] key = Ranges.firstStartingWith(holdings, Keys.generation(grantId, generation));
        return key == null ? null : refresh.get(Keys.hashIn(key));
    }

    /** Whether any token of the family is younger than this generation. */
    boolean hasGenerationAfter(String grantId, int generation) {
        return Ranges.count(
                        holdings, Keys.generation(grantId, generation + 1), Keys.holdingsEnd(grantId, Holding.REFRESH))
                > 0;
    }

    /** Forgets the oldest of a family beyond {@code max}. */
    void trimFamily(Transaction tx, String grantId, int max) {
        for (byte[] key : beyond(grantId, Holding.REFRESH, max)) {
            removeRefresh(tx, Keys.hashIn(key));
        }
    }

    /** Revokes a grant's access tokens beyond {@code max}, those that end soonest. @return their hashes */
    List<TokenHash> trimAccess(Transaction tx, String grantId, int max) {
        var trimmed = new ArrayList<TokenHash>();
        for (byte[] key : beyond(grantId, Holding.ACCESS, max)) {
            removeAccess(tx, Keys.hashIn(key));
            trimmed.add(TokenHash.ofDigest(Keys.hashIn(key)));
        }
        return trimmed;
    }

    private List<byte[]> beyond(String grantId, Holding kind, int max) {
        byte[] from = Keys.holdings(grantId, kind);
        byte[] to = Keys.holdingsEnd(grantId, kind);
        int excess = (int) Ranges.count(holdings, from, to) - max;
        return excess <= 0 ? List.of() : Ranges.keys(holdings, from, to, excess);
    }

    /** Forgets what has ended, at most {@code max} rows of each kind (a grant takes all its own with it). @return how many rows went */
    int sweep(Transaction tx, long nowSeconds, int max) {
        long before = rowCount();
        for (byte[] key : grants.expired(nowSeconds, max)) {
            removeGrant(tx, new String(key, StandardCharsets.UTF_8));
        }
        pending.expired(nowSeconds, max).forEach(key -> pending.remove(tx, key));
        clients.expired(nowSeconds, max).forEach(key -> clients.remove(tx, key));
        registrations.expired(nowSeconds, max).forEach(key -> registrations.remove(tx, key));
        codes.expired(nowSeconds, max).forEach(key -> removeCode(tx, key));
        access.expired(nowSeconds, max).forEach(key -> removeAccess(tx, key));
        refresh.expired(nowSeconds, max).forEach(key -> removeRefresh(tx, key));
        spent.expired(nowSeconds, max).forEach(key -> spent.remove(tx, key));
        return Math.toIntExact(before - rowCount());
    }

    /** Drops the wrapped keys of refresh tokens whose overlap is over (O-107: no wrap without a live token). @return how many, at most {@code max} */
    int retire(Transaction tx, long nowSeconds, int max) {
        List<byte[]> due = Ranges.keys(
                expiries, Keys.expiry(RETIREMENT_MARK, 0), Keys.expiry(RETIREMENT_MARK, nowSeconds + 1), max);
        for (byte[] key : due) {
            RefreshRow row = refresh.get(Keys.rowKeyIn(key));
            if (row == null) {
                tx.remove(expiries, key);
            } else {
                put(tx, row.withoutKey());
            }
        }
        return due.size();
    }

    private void hold(Transaction tx, byte[] holding) {
        if (holdings.get(holding) == null) {
            tx.put(holdings, holding, NOTHING);
        }
    }

    private static byte[] holdingOf(AccessToken token) {
        return Keys.holding(token.grantId(), Holding.ACCESS, token.expiresAt(), token.hash());
    }

    private static byte[] holdingOf(RefreshRow row) {
        return Keys.holding(
                row.token().grantId(),
                Holding.REFRESH,
                row.token().generation(),
                row.token().hash());
    }

    /** Records of all kinds, without indexes. */
    long rowCount() {
        return pending.count()
                + clients.count()
                + registrations.count()
                + grants.count()
                + codes.count()
                + access.count()
                + refresh.count()
                + spent.count();
    }

    /** What stands in the indexes against what should: for tests. */
    IndexCensus census() {
        long dueToRetire =
                refresh.all().stream().filter(RefreshRow::isDueToRetire).count();
        return new IndexCensus(
                rowCount() + dueToRetire,
                expiries.sizeAsLong(),
                codes.count() + access.count() + refresh.count(),
                holdings.sizeAsLong(),
                grants.count(),
                subjects.sizeAsLong());
    }

    /** Each index beside the number of entries that the rows call for. */
    record IndexCensus(
            long expiriesDue, long expiries, long holdingsDue, long holdings, long subjectsDue, long subjects) {
        boolean isExact() {
            return expiriesDue == expiries && holdingsDue == holdings && subjectsDue == subjects;
        }
    }
}
