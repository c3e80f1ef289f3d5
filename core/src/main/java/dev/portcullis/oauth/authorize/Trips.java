package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityProvider;
import dev.portcullis.identity.IdentityProvider.AuthorizationStart;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.StoreException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Trips to the identity provider and back (O-67). A trip begins only after an approval. The store holds it under the hash of its {@code state}, sealed under a key
 * made of our own and the state, so that neither the store alone nor a leaked URL alone tells anything; and it belongs to the one browser that holds its secret.
 */
final class Trips {
    private static final byte[] CONTEXT = "pending-sign-in/1".getBytes(StandardCharsets.US_ASCII);
    private static final String SECRET_PREFIX = "tx_";
    private static final int STATE_CHARS = 43;

    /** How many sign-ins one browser may have under way (T-60). */
    private static final int OPEN_MAX = 8;

    private final KeyedHash hash;
    private final GrantStore store;
    private final IdentityProvider provider;
    private final int lifeSeconds;

    Trips(MasterKey master, GrantStore store, IdentityProvider provider, int lifeSeconds) {
        this.hash = new KeyedHash(master.hmac("pending-sign-in/1"));
        this.store = store;
        this.provider = provider;
        this.lifeSeconds = lifeSeconds;
    }

    /**
     * What is known of a trip when it ends.
     *
     * @param nonce the one sent to the provider
     * @param codeVerifier whose challenge was sent to the provider
     * @param approvedSubject whose remembered approval let it begin without a page; null if there was a page
     * @param remember whether the person wants the approval remembered
     */
    record Trip(
            Transaction transaction,
            String nonce,
            String codeVerifier,
            @Nullable String approvedSubject,
            boolean remember) {}

    /** A trip begun: where to send the browser, and what it must hold. */
    record Begun(URI location, List<BrowserSecret> secrets) {}

    /** @throws IdentityException the provider cannot be reached; nothing is stored */
    Begun begin(
            Transaction transaction,
            @Nullable String approvedSubject,
            boolean remember,
            BrowserSecrets browser,
            long nowSeconds)
            throws IdentityException {
        String state = Randoms.base64Url(32);
        String secret = Randoms.base64Url(32);
        var trip = new Trip(transaction, Randoms.base64Url(32), Randoms.base64Url(32), approvedSubject, remember);
        var location = provider.authorizationUri(
                new AuthorizationStart(state, trip.nonce(), trip.codeVerifier(), transaction.forceLogin()));
        store.putPendingSignIn(new PendingSignIn(
                TokenHash.of(state), TokenHash.of(secret), sealed(trip, state), nowSeconds + lifeSeconds));
        var secrets = browser.crowdedOut(SECRET_PREFIX, OPEN_MAX);
        secrets.add(new BrowserSecret(secretName(state), secret, lifeSeconds));
        return new Begun(location, secrets);
    }

    /** @return the record that a callback's state names; null if none is under way */
    @Nullable
    PendingSignIn find(@Nullable String state, long nowSeconds) {
        return state != null && isOurs(state) ? store.pendingSignIn(TokenHash.of(state), nowSeconds) : null;
    }

    /** Whether this browser began it. */
    boolean isFrom(BrowserSecrets browser, PendingSignIn pending, String state) {
        return browser.holds(secretName(state), pending.browser());
    }

    /** Ends it, once: of racing callers exactly one is told true. */
    boolean end(PendingSignIn pending, long nowSeconds) {
        return store.takePendingSignIn(pending.state(), nowSeconds) != null;
    }

    Trip open(PendingSignIn pending, String state) {
        byte[] plain = new Sealer(keyOf(state)).open(pending.sealed(), CONTEXT);
        if (plain == null) {
            throw new StoreException("a pending sign-in does not open with its own state: the record is damaged");
        }
        var in = new Fields.Reader(plain);
        return new Trip(Transaction.read(in), in.text(), in.text(), in.optionalText(), in.flag());
    }

    BrowserSecret forgotten(String state) {
        return BrowserSecret.forget(secretName(state));
    }

    /**
     * Remembers that a consent form was answered, for as long as the form lives. Not atomic with the look: two posts of one form at the same moment may both go on, and
     * both are the same person in the same browser, who has shown twice the secret that only they hold.
     */
    void rememberAnswered(ConsentForms.Form form) {
        store.putPendingSignIn(new PendingSignIn(answered(form), form.secret(), new byte[0], form.expiresAt()));
    }

    boolean isAnswered(ConsentForms.Form form, long nowSeconds) {
        return store.pendingSignIn(answered(form), nowSeconds) != null;
    }

    /** No state hashes to this: a state has no colon. */
    private static TokenHash answered(ConsentForms.Form form) {
        return TokenHash.of("answered:" + form.transaction().id());
    }

    private byte[] sealed(Trip trip, String state) {
        var fields = new Fields.Writer();
        trip.transaction().write(fields);
        fields.text(trip.nonce())
                .text(trip.codeVerifier())
                .text(trip.approvedSubject())
                .flag(trip.remember());
        return new Sealer(keyOf(state)).seal(fields.bytes(), CONTEXT);
    }

    private SecretKey keyOf(String state) {
        return new SecretKeySpec(hash.of(state.getBytes(StandardCharsets.US_ASCII)), "AES");
    }

    private static String secretName(String state) {
        return SECRET_PREFIX + TokenHash.of(state).toString().substring(0, 8);
    }

    private static boolean isOurs(String state) {
        return state.length() == STATE_CHARS && state.chars().allMatch(Base64Url::isLetter);
    }
}
