package dev.portcullis.oauth.browser;

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
import org.jspecify.annotations.Nullable;

/**
 * Trips to the identity provider and back (O-67), for one purpose. The store holds a trip under the hash of its {@code state}, sealed under a key made of our own and the
 * state, so that neither the store alone nor a leaked URL alone tells anything; and it belongs to the one browser that holds its secret. All trips come back to one
 * address, the only one that the provider knows; each purpose has states, secrets and keys of its own, so that what comes back from one is worth nothing to another.
 * Any thread.
 */
public final class ProviderTrips {
    private static final int STATE_CHARS = 43;

    /** How many sign-ins of a purpose one browser may have under way (T-60). */
    private static final int OPEN_MAX = 8;

    private final Purpose purpose;
    private final KeyedHash hash;
    private final GrantStore store;
    private final IdentityProvider provider;
    private final int lifeSeconds;

    /** @param lifeSeconds how long somebody may take to sign in */
    public ProviderTrips(
            Purpose purpose, MasterKey master, GrantStore store, IdentityProvider provider, int lifeSeconds) {
        this.purpose = purpose;
        this.hash = master.keyedHash(purpose.label);
        this.store = store;
        this.provider = provider;
        this.lifeSeconds = lifeSeconds;
    }

    /** What somebody signs in for. */
    public enum Purpose {
        /** To give a client access. */
        AUTHORIZE("pending-sign-in/2", "", "tx_"),
        /** To look at their own account. */
        ACCOUNT("account-sign-in/1", "account-", "acct_");

        private final String label;
        private final String statePrefix;
        private final String secretPrefix;

        Purpose(String label, String statePrefix, String secretPrefix) {
            this.label = label;
            this.statePrefix = statePrefix;
            this.secretPrefix = secretPrefix;
        }

        /** Whether a state is one of this purpose, known or not. States of other purposes have another length. */
        public boolean owns(@Nullable String state) {
            return state != null
                    && state.length() == statePrefix.length() + STATE_CHARS
                    && state.startsWith(statePrefix)
                    && state.chars().allMatch(Base64Url::isLetter);
        }

        private byte[] context() {
            return label.getBytes(StandardCharsets.US_ASCII);
        }
    }

    /**
     * What is known of a trip when it ends.
     *
     * @param nonce the one sent to the provider
     * @param codeVerifier whose challenge was sent to the provider
     * @param luggage what its purpose wanted to have back
     */
    public record Trip(String nonce, String codeVerifier, Fields.Reader luggage) {}

    /**
     * A trip begun.
     *
     * @param ticket what it is known by
     * @param location where to send the browser
     * @param secrets what it must hold
     */
    public record Begun(Ticket ticket, URI location, List<BrowserSecret> secrets) {
        public Begun {
            secrets = List.copyOf(secrets);
        }
    }

    /**
     * All that it takes to send the same browser on the same trip again. Nobody else is to have it.
     *
     * @param secret the value of what the browser holds
     */
    public record Ticket(String state, String secret) {
        @Override
        public String toString() {
            return "Ticket[…]";
        }
    }

    /**
     * @param luggage what is wanted back at the end
     * @param forceLogin whether the provider is to sign in anew
     * @throws IdentityException the provider cannot be reached; nothing is stored
     */
    public Begun begin(Fields.Writer luggage, boolean forceLogin, BrowserSecrets browser, long nowSeconds)
            throws IdentityException {
        String state = purpose.statePrefix + Randoms.base64Url(32);
        String secret = Randoms.base64Url(32);
        String nonce = Randoms.base64Url(32);
        String codeVerifier = Randoms.base64Url(32);
        URI location = locationOf(state, nonce, codeVerifier, forceLogin);
        byte[] plain =
                new Fields.Writer().text(nonce).text(codeVerifier).then(luggage).bytes();
        store.putPendingSignIn(
                new PendingSignIn(
                        TokenHash.of(state),
                        TokenHash.of(secret),
                        sealerOf(state).seal(plain, purpose.context()),
                        nowSeconds + lifeSeconds),
                nowSeconds);
        var secrets = browser.crowdedOut(purpose.secretPrefix, OPEN_MAX);
        secrets.add(new BrowserSecret(secretName(state), secret, lifeSeconds));
        return new Begun(new Ticket(state, secret), location, secrets);
    }

    private URI locationOf(String state, String nonce, String codeVerifier, boolean forceLogin)
            throws IdentityException {
        return provider.authorizationUri(new AuthorizationStart(state, nonce, codeVerifier, forceLogin));
    }

    /**
     * The same trip once more, for a browser that may not have heard where it leads; it is one trip all the same, and ends once.
     *
     * @param forceLogin as when it began
     * @return null if it is over
     * @throws IdentityException the provider cannot be reached; the trip is still under way
     */
    public @Nullable Begun repeat(Ticket ticket, boolean forceLogin, long nowSeconds) throws IdentityException {
        String state = ticket.state();
        var pending = find(state, nowSeconds);
        if (pending == null) {
            return null;
        }
        var trip = open(pending, state);
        URI location = locationOf(state, trip.nonce(), trip.codeVerifier(), forceLogin);
        int leftSeconds = (int) (pending.expiresAt() - nowSeconds);
        return new Begun(ticket, location, List.of(new BrowserSecret(secretName(state), ticket.secret(), leftSeconds)));
    }

    /** @return the record that a callback's state names; null if none is under way */
    public @Nullable PendingSignIn find(@Nullable String state, long nowSeconds) {
        return state != null && purpose.owns(state) ? store.pendingSignIn(TokenHash.of(state), nowSeconds) : null;
    }

    /** Whether this browser began it. */
    public boolean isFrom(BrowserSecrets browser, PendingSignIn pending, String state) {
        return browser.holds(secretName(state), pending.browser());
    }

    /** Ends it, once: of racing callers exactly one is told true. */
    public boolean end(PendingSignIn pending, long nowSeconds) {
        return store.takePendingSignIn(pending.state(), nowSeconds) != null;
    }

    /** Forgets a trip of whose state nobody was told. */
    public void abandon(Begun begun, long nowSeconds) {
        store.takePendingSignIn(TokenHash.of(begun.ticket().state()), nowSeconds);
    }

    /** @throws StoreException the record is damaged */
    public Trip open(PendingSignIn pending, String state) {
        byte[] plain = sealerOf(state).open(pending.sealed(), purpose.context());
        if (plain == null) {
            throw new StoreException("a pending sign-in does not open with its own state: the record is damaged");
        }
        var in = new Fields.Reader(plain);
        return new Trip(in.text(), in.text(), in);
    }

    /** The order to forget the secret of a trip that is over. */
    public BrowserSecret forgotten(String state) {
        return BrowserSecret.forget(secretName(state));
    }

    private Sealer sealerOf(String state) {
        return hash.sealerFor(state.getBytes(StandardCharsets.US_ASCII));
    }

    private String secretName(String state) {
        return purpose.secretPrefix + TokenHash.of(state).toString().substring(0, 8);
    }
}
