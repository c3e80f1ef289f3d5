package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityProvider;
import dev.portcullis.oauth.browser.BrowserSecret;
import dev.portcullis.oauth.browser.BrowserSecrets;
import dev.portcullis.oauth.browser.Fields;
import dev.portcullis.oauth.browser.ProviderTrips;
import dev.portcullis.oauth.browser.ProviderTrips.Begun;
import dev.portcullis.oauth.browser.ProviderTrips.Purpose;
import dev.portcullis.oauth.browser.ProviderTrips.Ticket;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.PendingSignIn;
import org.jspecify.annotations.Nullable;

/** The trips that end with a code at a client: with each goes the whole transaction. A trip begins only after an approval (O-67). */
final class Trips {
    private final ProviderTrips trips;

    Trips(MasterKey master, GrantStore store, IdentityProvider provider, int lifeSeconds) {
        trips = new ProviderTrips(Purpose.AUTHORIZE, master, store, provider, lifeSeconds);
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

    /** @throws IdentityException the provider cannot be reached; nothing is stored */
    Begun begin(
            Transaction transaction,
            @Nullable String approvedSubject,
            boolean remember,
            BrowserSecrets browser,
            long nowSeconds)
            throws IdentityException {
        var luggage = new Fields.Writer();
        transaction.write(luggage);
        luggage.text(approvedSubject).flag(remember);
        return trips.begin(luggage, transaction.forceLogin(), browser, nowSeconds);
    }

    /** Sends the same browser on the same trip again. @return null if it is over */
    @Nullable
    Begun repeat(Ticket ticket, Transaction transaction, long nowSeconds) throws IdentityException {
        return trips.repeat(ticket, transaction.forceLogin(), nowSeconds);
    }

    /** @return the record that a callback's state names; null if none is under way */
    @Nullable
    PendingSignIn find(@Nullable String state, long nowSeconds) {
        return trips.find(state, nowSeconds);
    }

    /** Whether this browser began it. */
    boolean isFrom(BrowserSecrets browser, PendingSignIn pending, String state) {
        return trips.isFrom(browser, pending, state);
    }

    /** Ends it, once: of racing callers exactly one is told true. */
    boolean end(PendingSignIn pending, long nowSeconds) {
        return trips.end(pending, nowSeconds);
    }

    /** Forgets a trip of whose state nobody was told. */
    void abandon(Begun begun, long nowSeconds) {
        trips.abandon(begun, nowSeconds);
    }

    Trip open(PendingSignIn pending, String state) {
        var trip = trips.open(pending, state);
        var luggage = trip.luggage();
        return new Trip(
                Transaction.read(luggage), trip.nonce(), trip.codeVerifier(), luggage.optionalText(), luggage.flag());
    }

    BrowserSecret forgotten(String state) {
        return trips.forgotten(state);
    }
}
