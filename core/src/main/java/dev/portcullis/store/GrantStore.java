package dev.portcullis.store;

import dev.portcullis.crypto.TokenHash;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Remembers grants and all that hangs on them. Every method blocks and is safe to call from any number of threads; each one-shot thing is one atomic call, so that
 * of any number of racing callers exactly one wins (O-184). A write that has returned survives the process being killed at any later moment. What has expired is
 * never returned, swept or not. Times are Unix seconds, given by the caller. A code or a token is asked for by the id of the grant that it names and by its hash, so that a store may keep all that
 * is of one grant together; one that names another grant than its own is unknown.
 *
 * <p>Every method throws {@link StoreException} when the store cannot answer; then nothing is known about whether a write took place, and repeating it is safe.
 */
public interface GrantStore extends AutoCloseable {
    /** Remembers a sign-in that goes to the identity provider. */
    void putPendingSignIn(PendingSignIn pending, long nowSeconds);

    /** Looks without taking; null if unknown, taken or expired. */
    @Nullable
    PendingSignIn pendingSignIn(TokenHash state, long nowSeconds);

    /** Takes it, once: of racing callers exactly one gets it, the others null. */
    @Nullable
    PendingSignIn takePendingSignIn(TokenHash state, long nowSeconds);

    /** Remembers a client that has a grant; replaces an older record of the same id. If it was only registered so far, it counts as that no more. */
    void putClient(RegisteredClient client, long expiresAtSeconds, long nowSeconds);

    /**
     * Remembers a client that was registered and has no grant yet, and whose id cannot hold its metadata.
     *
     * @param max how many such clients there may be: anybody can make them
     * @return false if there are so many; then nothing changed
     */
    boolean putRegistration(RegisteredClient client, int max, long expiresAtSeconds, long nowSeconds);

    /** @return the client; null if unknown or expired */
    @Nullable
    RegisteredClient client(String clientId, long nowSeconds);

    /** @return how many clients are remembered and live, with a grant or only registered. May look at all that is stored: for operators, not for requests */
    int clientCount(long nowSeconds);

    /**
     * Remembers a new grant and its code, both or neither. A person has at most {@code grantsMax} grants for one client: the ones longest unused are revoked (O-44).
     *
     * @return ids of the grants that were revoked for it
     */
    List<String> createGrant(Grant grant, AuthorizationCode code, int grantsMax, long nowSeconds);

    /**
     * Remembers a new grant that begins with an access token and has no code: of a client that acts for itself or brings an assertion (O-170, O-175). As
     * {@link #createGrant(Grant, AuthorizationCode, int, long)} otherwise.
     */
    List<String> createGrant(Grant grant, AccessToken access, int grantsMax, long nowSeconds);

    /** Adds an access token to a live grant (O-165). @return false if the grant is gone; then nothing changed */
    boolean addAccessToken(AccessToken access, long nowSeconds);

    /** @return the grant; null if unknown, revoked or expired */
    @Nullable
    Grant grant(String grantId, long nowSeconds);

    /** @return live grants of a person, oldest first */
    List<Grant> grantsOf(String subjectKey, long nowSeconds);

    /** @return live grants of a client, whoever gave them, oldest first. Looks at all grants: for operators, not for requests */
    List<Grant> grantsOfClient(String clientId, long nowSeconds);

    /**
     * Claims the question to the identity provider whether a grant may go on (O-99), so that it is asked once whatever the number of refreshes and nodes.
     *
     * @param untilSeconds end of the claim if its holder never ends it
     * @return true for exactly one of racing callers, until {@link #putChecked} or {@link #releaseCheck} or the end of the claim; false too if the grant is gone
     */
    boolean claimCheck(String grantId, long untilSeconds, long nowSeconds);

    /**
     * The identity provider has answered: replaces what the grant knows about its person, and ends the claim. Durable when it returns: a rotated refresh token of the
     * provider's is lost otherwise (O-145).
     *
     * @param sealedProps under the grant's key, as before
     * @param isPersonChanged whether something else is known of the person than before: then listeners are told {@link Revocation.OfProps}
     * @param checkedAt Unix seconds when it answered
     * @return false if the grant is gone
     */
    boolean putChecked(String grantId, byte[] sealedProps, boolean isPersonChanged, long checkedAt, long nowSeconds);

    /** Ends a claim without an answer. */
    void releaseCheck(String grantId);

    /**
     * Spends an id that may be used once: the {@code jti} of an assertion or a proof, a form of ours (O-184, T-89).
     *
     * @param id hash of the id and of what it is for
     * @param expiresAtSeconds until when it must be remembered: as long as it could be presented
     * @return true for exactly one of all callers until then
     * @throws StoreException also if there is no room: it is not accepted then, rather than accepted twice
     */
    default boolean spendOnce(TokenHash id, long expiresAtSeconds, long nowSeconds) {
        return settleOnce(id, new byte[0], expiresAtSeconds, nowSeconds) == null;
    }

    /**
     * As {@link #spendOnce}, of the same ids, and remembers what it was spent for: whoever comes later is told what the first made of it. What the caller wants kept from the store's owner it
     * seals itself.
     *
     * @param outcome some hundred bytes at most: as many are remembered as there are ids
     * @return null for exactly one of all callers until then; for the others what that one gave, empty if that is not known any more
     * @throws StoreException as {@link #spendOnce}
     */
    byte @Nullable [] settleOnce(TokenHash id, byte[] outcome, long expiresAtSeconds, long nowSeconds);

    /** @return the code, spent or not, with its grant; null if unknown or forgotten, or its grant is gone. A spent code is remembered until its marker expires (O-92) */
    @Nullable
    Held<AuthorizationCode> code(String grantId, TokenHash code, long nowSeconds);

    /**
     * Spends a code and remembers the tokens it was spent for, all or nothing (O-91).
     *
     * @param spent the code, with {@link AuthorizationCode#expiresAt} set to when the marker of its having been spent may be forgotten
     * @param access the access token issued
     * @param refresh the first refresh token of the family; null if the client gets none
     * @param grantExpiresAt the grant's new end
     * @return true for exactly one of racing callers; false if the code is unknown, expired or was spent already, and then nothing changed
     */
    boolean consumeCode(
            AuthorizationCode spent,
            AccessToken access,
            @Nullable RefreshToken refresh,
            long grantExpiresAt,
            long nowSeconds);

    /** @return a live access token and its grant; null if unknown, expired or revoked */
    @Nullable
    Held<AccessToken> accessToken(String grantId, TokenHash token, long nowSeconds);

    /**
     * Looks at a refresh token of any generation still remembered.
     *
     * @return the token with its grant; without the grant's key from the moment at which {@link #rotate} would find it reused (O-96), swept or not. Null if unknown or
     *     expired, or its grant is gone
     */
    @Nullable
    Held<RefreshToken> refreshToken(String grantId, TokenHash token, long nowSeconds);

    /**
     * Rotates a refresh token (O-95, O-96, O-100), all or nothing. The presented token is good while its successor is absent, was never used, or was first used
     * at most {@code overlapSeconds} ago; presenting it is its own first use. The successor is remembered unless it is already (its secret is a function of the
     * presented token, so that a retry brings the same). The access token is remembered in every case that succeeds.
     *
     * @param presented hash of the token that was presented
     * @param successor the next of the family
     * @param access the access token issued with it
     * @param grantExpiresAt the grant's new end, never moved backwards
     */
    Rotation rotate(
            TokenHash presented,
            RefreshToken successor,
            AccessToken access,
            int overlapSeconds,
            long grantExpiresAt,
            long nowSeconds);

    /** Revokes a grant with all its tokens and its code; the spent-code marker and nothing else may stay. @return false if there was none */
    boolean revokeGrant(String grantId);

    /** Revokes one access token. @return false if there was none */
    boolean revokeAccessToken(String grantId, TokenHash token);

    /** Forgets what has expired. @return how many records went */
    int sweep(long nowSeconds);

    /**
     * Who is to be told, soon, of every revocation through any node, and before a call that revokes returns if it is made on this one. Some are told twice. Called from any thread; does not
     * block.
     */
    void onRevocation(Consumer<Revocation> listener);

    /**
     * Until when listeners have been told of all that was revoked: what was read before that moment and was not revoked to them since is as good as read at that moment. Does not block; asked
     * with each request.
     *
     * @return milliseconds of {@link System#currentTimeMillis}; {@link Long#MAX_VALUE} where nothing can be revoked unheard
     */
    default long heardMillis() {
        return Long.MAX_VALUE;
    }

    /** Writes what is left and lets go of files and connections. */
    @Override
    void close();

    /** A token or code together with the grant it belongs to, read at one moment. */
    record Held<T>(T token, Grant grant) {}

    /** How a rotation ended. */
    sealed interface Rotation {
        /** The successor and the access token are live. */
        record Rotated() implements Rotation {}

        /** The token was used after its successor had been, beyond the overlap: the grant is revoked. */
        record Reused() implements Rotation {}

        /** No such token, or it or its grant has ended, or it has another successor than this; nothing changed. */
        record Unknown() implements Rotation {}
    }

    /** What was revoked. */
    sealed interface Revocation {
        /** A grant, and so each of its tokens. */
        record OfGrant(String grantId) implements Revocation {}

        /** One access token. */
        record OfAccessToken(TokenHash token) implements Revocation {}

        /** What was known about the person of a grant: the grant stands, and what it says now is to be read anew. */
        record OfProps(String grantId) implements Revocation {}

        /** Nobody knows what: the link to the other nodes was cut. Whatever was read before is to be read anew, and is not revoked for that. */
        record Unheard() implements Revocation {}
    }
}
