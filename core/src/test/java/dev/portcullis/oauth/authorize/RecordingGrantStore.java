package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.record.Records.SpentId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The part of a store that signing in needs, open to the test's eyes, and failing on demand. */
final class RecordingGrantStore implements GrantStore {
    final Map<TokenHash, PendingSignIn> pending = new HashMap<>();
    final Map<TokenHash, SpentId> spent = new HashMap<>();
    final Map<String, RegisteredClient> clients = new HashMap<>();
    final List<Grant> grants = new ArrayList<>();
    final List<AuthorizationCode> codes = new ArrayList<>();
    /** The names of the calls that fail. */
    final List<String> failing = new ArrayList<>();

    /** Whether an answer is lost on its way, and what was asked is asked again. */
    boolean asksTwice;

    int grantsMax;

    private synchronized void answer(String call) {
        if (failing.contains(call)) {
            throw new StoreException("the store is away");
        }
    }

    @Override
    public synchronized void putPendingSignIn(PendingSignIn record, long nowSeconds) {
        answer("putPendingSignIn");
        pending.put(record.state(), record);
    }

    @Override
    public synchronized @Nullable PendingSignIn pendingSignIn(TokenHash state, long nowSeconds) {
        answer("pendingSignIn");
        var found = pending.get(state);
        return found == null || found.expiresAt() <= nowSeconds ? null : found;
    }

    @Override
    public synchronized @Nullable PendingSignIn takePendingSignIn(TokenHash state, long nowSeconds) {
        answer("takePendingSignIn");
        var found = pendingSignIn(state, nowSeconds);
        pending.remove(state);
        return found;
    }

    @Override
    public synchronized void putClient(RegisteredClient client, long expiresAtSeconds, long nowSeconds) {
        answer("putClient");
        clients.put(client.id(), client);
    }

    @Override
    public synchronized @Nullable RegisteredClient client(String clientId, long nowSeconds) {
        answer("client");
        return clients.get(clientId);
    }

    @Override
    public synchronized List<String> createGrant(Grant grant, AuthorizationCode code, int max, long nowSeconds) {
        answer("createGrant");
        grants.add(grant);
        codes.add(code);
        grantsMax = max;
        return List.of();
    }

    @Override
    public boolean putRegistration(RegisteredClient client, int max, long expiresAtSeconds, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public int clientCount(long nowSeconds) {
        throw notUsed();
    }

    @Override
    public List<String> createGrant(Grant grant, AccessToken access, int grantsMax, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public boolean addAccessToken(AccessToken access, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public List<Grant> grantsOfClient(String clientId, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public boolean claimCheck(String grantId, long untilSeconds, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public boolean putChecked(
            String grantId, byte[] sealedProps, boolean isPersonChanged, long checkedAt, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public void releaseCheck(String grantId) {
        throw notUsed();
    }

    @Override
    public synchronized byte @Nullable [] settleOnce(TokenHash id, byte[] outcome, long expiresAtSeconds, long now) {
        answer("settleOnce");
        SpentId earlier = spent.get(id);
        if (earlier != null && now < earlier.expiresAt()) {
            return earlier.outcome();
        }
        spent.put(id, new SpentId(id, expiresAtSeconds, outcome));
        return asksTwice ? outcome.clone() : null;
    }

    @Override
    public Grant grant(String grantId, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public List<Grant> grantsOf(String subjectKey, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public Held<AuthorizationCode> code(String grantId, TokenHash code, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public boolean consumeCode(
            AuthorizationCode spent, AccessToken access, RefreshToken refresh, long grantExpiresAt, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public Held<AccessToken> accessToken(String grantId, TokenHash token, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public Held<RefreshToken> refreshToken(String grantId, TokenHash token, long nowSeconds) {
        throw notUsed();
    }

    @Override
    public Rotation rotate(
            TokenHash presented,
            RefreshToken successor,
            AccessToken access,
            int overlapSeconds,
            long grantExpiresAt,
            long nowSeconds) {
        throw notUsed();
    }

    @Override
    public boolean revokeGrant(String grantId) {
        throw notUsed();
    }

    @Override
    public boolean revokeAccessToken(String grantId, TokenHash token) {
        throw notUsed();
    }

    @Override
    public int sweep(long nowSeconds) {
        throw notUsed();
    }

    @Override
    public void onRevocation(Consumer<Revocation> listener) {}

    @Override
    public void close() {}

    private static UnsupportedOperationException notUsed() {
        return new UnsupportedOperationException("signing in does not need this");
    }
}
