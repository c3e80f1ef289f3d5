package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.StoreException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A real store that is watched: counts reads and writes, can be down, and can be held between reading an access token and answering. */
final class WatchedGrantStore implements GrantStore {
    final AtomicInteger accessTokenReads = new AtomicInteger();
    final AtomicInteger clientWrites = new AtomicInteger();
    volatile boolean isDown;

    /** Whether what the identity provider said cannot be written, and all else can. */
    volatile boolean losesAnswers;

    /** Whether what is revoked is told to nobody. */
    volatile boolean isMute;

    /** Until when all revocations are said to have been heard. */
    volatile long heardMillis = Long.MAX_VALUE;

    /** Tells listeners besides what the store tells. */
    private final List<Consumer<Revocation>> listeners = new CopyOnWriteArrayList<>();

    volatile Runnable afterAccessTokenRead = () -> {};
    private final GrantStore store;

    WatchedGrantStore(GrantStore store) {
        this.store = store;
    }

    private GrantStore up() {
        if (isDown) {
            throw new StoreException("the store is down");
        }
        return store;
    }

    @Override
    public void putPendingSignIn(PendingSignIn pending, long nowSeconds) {
        up().putPendingSignIn(pending, nowSeconds);
    }

    @Override
    public PendingSignIn pendingSignIn(TokenHash state, long nowSeconds) {
        return up().pendingSignIn(state, nowSeconds);
    }

    @Override
    public PendingSignIn takePendingSignIn(TokenHash state, long nowSeconds) {
        return up().takePendingSignIn(state, nowSeconds);
    }

    @Override
    public void putClient(RegisteredClient client, long expiresAtSeconds, long nowSeconds) {
        clientWrites.incrementAndGet();
        up().putClient(client, expiresAtSeconds, nowSeconds);
    }

    @Override
    public RegisteredClient client(String clientId, long nowSeconds) {
        return up().client(clientId, nowSeconds);
    }

    @Override
    public boolean putRegistration(RegisteredClient client, int max, long expiresAtSeconds, long nowSeconds) {
        return up().putRegistration(client, max, expiresAtSeconds, nowSeconds);
    }

    @Override
    public int clientCount(long nowSeconds) {
        return up().clientCount(nowSeconds);
    }

    @Override
    public List<String> createGrant(Grant grant, AuthorizationCode code, int grantsMax, long nowSeconds) {
        return up().createGrant(grant, code, grantsMax, nowSeconds);
    }

    @Override
    public List<String> createGrant(Grant grant, AccessToken access, int grantsMax, long nowSeconds) {
        return up().createGrant(grant, access, grantsMax, nowSeconds);
    }

    @Override
    public boolean addAccessToken(AccessToken access, long nowSeconds) {
        return up().addAccessToken(access, nowSeconds);
    }

    @Override
    public List<Grant> grantsOfClient(String clientId, long nowSeconds) {
        return up().grantsOfClient(clientId, nowSeconds);
    }

    @Override
    public boolean claimCheck(String grantId, long untilSeconds, long nowSeconds) {
        return up().claimCheck(grantId, untilSeconds, nowSeconds);
    }

    @Override
    public boolean putChecked(
            String grantId, byte[] sealedProps, boolean isPersonChanged, long checkedAt, long nowSeconds) {
        if (losesAnswers) {
            throw new StoreException("this write fails");
        }
        return up().putChecked(grantId, sealedProps, isPersonChanged, checkedAt, nowSeconds);
    }

    @Override
    public void releaseCheck(String grantId) {
        up().releaseCheck(grantId);
    }

    @Override
    public byte[] settleOnce(TokenHash id, byte[] outcome, long expiresAtSeconds, long nowSeconds) {
        return up().settleOnce(id, outcome, expiresAtSeconds, nowSeconds);
    }

    @Override
    public Grant grant(String grantId, long nowSeconds) {
        return up().grant(grantId, nowSeconds);
    }

    @Override
    public List<Grant> grantsOf(String subjectKey, long nowSeconds) {
        return up().grantsOf(subjectKey, nowSeconds);
    }

    @Override
    public Held<AuthorizationCode> code(String grantId, TokenHash code, long nowSeconds) {
        return up().code(grantId, code, nowSeconds);
    }

    @Override
    public boolean consumeCode(
            AuthorizationCode spent, AccessToken access, RefreshToken refresh, long grantExpiresAt, long nowSeconds) {
        return up().consumeCode(spent, access, refresh, grantExpiresAt, nowSeconds);
    }

    @Override
    public Held<AccessToken> accessToken(String grantId, TokenHash token, long nowSeconds) {
        accessTokenReads.incrementAndGet();
        Held<AccessToken> held = up().accessToken(grantId, token, nowSeconds);
        afterAccessTokenRead.run();
        return held;
    }

    @Override
    public Held<RefreshToken> refreshToken(String grantId, TokenHash token, long nowSeconds) {
        return up().refreshToken(grantId, token, nowSeconds);
    }

    @Override
    public Rotation rotate(
            TokenHash presented,
            RefreshToken successor,
            AccessToken access,
            int overlapSeconds,
            long grantExpiresAt,
            long nowSeconds) {
        return up().rotate(presented, successor, access, overlapSeconds, grantExpiresAt, nowSeconds);
    }

    @Override
    public boolean revokeGrant(String grantId) {
        return up().revokeGrant(grantId);
    }

    @Override
    public boolean revokeAccessToken(String grantId, TokenHash token) {
        return up().revokeAccessToken(grantId, token);
    }

    @Override
    public int sweep(long nowSeconds) {
        return up().sweep(nowSeconds);
    }

    @Override
    public void onRevocation(Consumer<Revocation> listener) {
        store.onRevocation(revocation -> {
            if (!isMute) {
                listener.accept(revocation);
            }
        });
        listeners.add(listener);
    }

    void tell(Revocation revocation) {
        listeners.forEach(listener -> listener.accept(revocation));
    }

    @Override
    public long heardMillis() {
        return heardMillis;
    }

    @Override
    public void close() {
        store.close();
    }
}
