package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityProvider;
import dev.portcullis.identity.IdentityProvider.SignIn;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.SubjectKeys;
import dev.portcullis.oauth.authorize.AuthorizationRequest.Prompt;
import dev.portcullis.oauth.authorize.AuthorizationStep.AskConsent;
import dev.portcullis.oauth.authorize.AuthorizationStep.Leave;
import dev.portcullis.oauth.authorize.AuthorizationStep.OfferReturn;
import dev.portcullis.oauth.authorize.AuthorizationStep.ShowPage;
import dev.portcullis.oauth.authorize.ParsedAuthorization.Faulty;
import dev.portcullis.oauth.authorize.ParsedAuthorization.Unreturnable;
import dev.portcullis.oauth.authorize.ParsedAuthorization.Valid;
import dev.portcullis.oauth.authorize.Trips.Trip;
import dev.portcullis.oauth.browser.BrowserSecret;
import dev.portcullis.oauth.browser.BrowserSecrets;
import dev.portcullis.oauth.browser.Callback;
import dev.portcullis.oauth.browser.PageReason;
import dev.portcullis.oauth.browser.ProviderTrips.Ticket;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.client.FoundClient;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.GrantedScopes;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One sign-in, from the client's request to the client's code (O §4).
 *
 * <pre>
 *   GET /authorize                         POST /authorize                    GET /callback
 *   ──────────────                         ───────────────                    ─────────────
 *        │ begin                                │ consented                        │ complete
 *        ▼                                      ▼                                  ▼
 *   checks of O §4.1 ──fail──► page,       form sealed by us, fresh, of       state known, of this browser ──no──► page,
 *        │                     way back,   this browser ──no──► page          │                                   nothing taken
 *        │ pass                redirect         │ └─deny──► access_denied     ▼
 *        ▼                                      │      (the first counts)     TAKEN (once; all below goes to the client)
 *   approved before? ──no──► CONSENT PAGE ──────┘                             │ provider's error, iss, code, ID token, policy
 *        │ yes              (nothing stored)    │ approve                     │      └──fail──► error at the client
 *        └──────────────────────┬───────────────┘                             ▼
 *                               ▼                                         another person than approved before? ──► CONSENT PAGE
 *                      UNDER WAY (stored, sealed) ──► identity provider ──►   │ no
 *                                                                             ▼
 *                                                                         GRANT + CODE ──► the client
 * </pre>
 *
 * <p>A {@link StoreException} leaves every method with the sign-in as it was: whoever asks again finds it in the same state; only after TAKEN, when it cannot be asked
 * again, the client is told {@code temporarily_unavailable}. Any thread; blocks on the store and the identity provider.
 */
public final class AuthorizationFlow {
    private static final Logger LOG = System.getLogger(AuthorizationFlow.class.getName());
    /** O-44. */
    private static final int GRANTS_MAX = 50;

    private final OAuthSettings settings;
    private final Clients clients;
    private final IdentityProvider provider;
    private final Policy policy;
    private final Telemetry telemetry;
    private final Auditor auditor;
    private final AuthorizationRequestParser parser;
    private final ConsentForms forms;
    private final Trips trips;
    private final Approvals approvals;
    private final GrantIssuer issuer;
    private final SubjectKeys subjects;
    private final ClientReply reply;

    public AuthorizationFlow(
            OAuthSettings settings,
            MasterKey master,
            GrantStore store,
            Clients clients,
            IdentityProvider provider,
            Policy policy,
            Telemetry telemetry) {
        this.settings = settings;
        this.clients = clients;
        this.provider = provider;
        this.policy = policy;
        this.telemetry = telemetry;
        this.auditor = new Auditor(telemetry);
        var lives = settings.lives();
        this.parser = new AuthorizationRequestParser(settings, clients);
        this.forms = new ConsentForms(master, store, lives.signIn());
        this.trips = new Trips(master, store, provider, lives.signIn());
        this.approvals = new Approvals(master, lives.approval());
        this.issuer = new GrantIssuer(store, lives, GRANTS_MAX);
        this.subjects = new SubjectKeys(master);
        this.reply = new ClientReply(settings.issuer().toString());
    }

    /**
     * An authorization request has come.
     *
     * @param parameters the query, decoded, each name with its values in order
     * @param browser what of ours the browser brought
     * @param nowSeconds Unix time in seconds
     * @throws StoreException the store cannot answer; nothing has happened
     */
    public AuthorizationStep begin(Map<String, List<String>> parameters, BrowserSecrets browser, long nowSeconds) {
        var parsed = parser.parse(parameters, nowSeconds);
        auditor.began(parsed);
        return switch (parsed) {
            case Valid valid -> approveOrAsk(valid.request(), browser, nowSeconds);
            case Unreturnable unreturnable -> new ShowPage(unreturnable.reason());
            case Faulty faulty -> refuse(faulty);
        };
    }

    /** An error goes straight to a client somebody vouches for, or that asked for silence; of any other a person decides whether to follow it (O-33). */
    private AuthorizationStep refuse(Faulty faulty) {
        String location = reply.error(faulty.redirectUri(), faulty.error(), faulty.description(), faulty.state());
        return faulty.silent() || isVouchedFor(faulty.client().kind())
                ? new Leave(location, List.of())
                : new OfferReturn(faulty.error(), faulty.description(), location, target(faulty.redirectUri()));
    }

    private static boolean isVouchedFor(RegisteredClient.Kind kind) {
        return switch (kind) {
            case DYNAMIC, METADATA_DOCUMENT -> false;
            case PREREGISTERED -> true;
        };
    }

    private AuthorizationStep approveOrAsk(AuthorizationRequest request, BrowserSecrets browser, long nowSeconds) {
        var transaction = Transaction.of(request);
        String approvedSubject = approvedSubject(request, browser, nowSeconds);
        if (request.prompt() == Prompt.NONE) {
            // Somebody must always go through the identity provider: there is no session of ours to be silent with.
            return approvedSubject == null
                    ? atClient(transaction, OAuthError.CONSENT_REQUIRED, "consent is needed", List.of())
                    : atClient(transaction, OAuthError.LOGIN_REQUIRED, "a sign-in is needed", List.of());
        }
        if (approvedSubject == null) {
            return ask(transaction, request.client(), null, browser, nowSeconds);
        }
        auditor.remembered(transaction, approvedSubject);
        return leaveForProvider(transaction, approvedSubject, browser, nowSeconds);
    }

    private @Nullable String approvedSubject(AuthorizationRequest request, BrowserSecrets browser, long nowSeconds) {
        boolean askAnyway = request.prompt() == Prompt.CONSENT || request.prompt() == Prompt.LOGIN;
        return askAnyway || !Approvals.isRememberable(target(request.redirectUri()))
                ? null
                : approvals.subjectThatApproved(request, browser, nowSeconds);
    }

    /** @param person who has just signed in, for people; null if that is yet to be seen */
    private AskConsent ask(
            Transaction transaction,
            RegisteredClient client,
            @Nullable String person,
            BrowserSecrets browser,
            long nowSeconds) {
        var target = target(transaction.redirectUri());
        var view = new ConsentView(
                client.name(),
                client.kind(),
                hostOf(client),
                person,
                target,
                transaction.scopes(),
                transaction.resources(),
                Approvals.isRememberable(target),
                settings.lives().signIn());
        return forms.ask(view, transaction, browser, nowSeconds);
    }

    /** Who vouches for a client that describes itself: whoever has the host of its id (O-61). */
    private static @Nullable String hostOf(RegisteredClient client) {
        return switch (client.kind()) {
            case METADATA_DOCUMENT -> URI.create(client.id()).getHost();
            case DYNAMIC, PREREGISTERED -> null;
        };
    }

    /**
     * A consent form has come back (O-63, O-68). That it was sent from a page of ours has been checked as far as headers can tell.
     *
     * @param nowSeconds Unix time in seconds
     * @throws StoreException the store cannot answer; the form can be sent again
     */
    public AuthorizationStep consented(ConsentAnswer answer, BrowserSecrets browser, long nowSeconds) {
        var form = forms.open(answer.transaction());
        if (form == null || !form.isFrom(browser)) {
            return unusable(
                    form != null && form.isExpired(nowSeconds)
                            ? PageReason.EXPIRED_CONSENT
                            : PageReason.FORGED_CONSENT);
        }
        if (form.isExpired(nowSeconds)) {
            return unusable(PageReason.EXPIRED_CONSENT);
        }
        return switch (clientOf(form.transaction(), nowSeconds)) {
            case FoundClient.Known _ -> answered(form, answer, browser, nowSeconds);
            case FoundClient.Unknown() -> unusable(PageReason.UNKNOWN_CLIENT);
            case FoundClient.Unavailable() -> unusable(PageReason.CLIENT_UNAVAILABLE);
        };
    }

    private AuthorizationStep answered(
            ConsentForms.Form form, ConsentAnswer answer, BrowserSecrets browser, long nowSeconds) {
        return answer.approved()
                ? approved(form, answer.remember(), browser, nowSeconds)
                : denied(form, browser, nowSeconds);
    }

    private ShowPage unusable(PageReason reason) {
        auditor.unusable(reason);
        return new ShowPage(reason);
    }

    /**
     * The form is settled last: if the store fails before, it can be sent again. Of racing posts each has begun a trip then, and only that of the one that settles the form is
     * ever told to a browser; the others are sent on it too.
     */
    private AuthorizationStep approved(
            ConsentForms.Form form, boolean wantsRemembering, BrowserSecrets browser, long nowSeconds) {
        var transaction = form.transaction();
        boolean remember = wantsRemembering && Approvals.isRememberable(target(transaction.redirectUri()));
        try {
            var begun = trips.begin(transaction, null, remember, browser, nowSeconds);
            var earlier = forms.settle(form, new ConsentOutcome.Begun(begun.ticket()), browser, nowSeconds);
            if (earlier != null) {
                trips.abandon(begun, nowSeconds);
                return approvedAgain(transaction, earlier, nowSeconds);
            }
            auditor.approved(transaction);
            return new Leave(begun.location().toString(), begun.secrets());
        } catch (IdentityException e) {
            var error = errorOf(e);
            var earlier = forms.settle(form, new ConsentOutcome.NotBegun(error), browser, nowSeconds);
            return earlier == null ? cannotStart(transaction, error) : approvedAgain(transaction, earlier, nowSeconds);
        }
    }

    /** The button was pressed twice, or again since the first answer was slow: browsers show what the last press brings, so it leads where the first did (O-63). */
    private AuthorizationStep approvedAgain(Transaction transaction, ConsentOutcome earlier, long nowSeconds) {
        return switch (earlier) {
            case ConsentOutcome.Begun(var ticket) -> leaveAgain(transaction, ticket, nowSeconds);
            case ConsentOutcome.NotBegun(var error) -> cannotStart(transaction, error);
            case ConsentOutcome.Denied(), ConsentOutcome.Unknown() -> unusable(PageReason.ANSWERED_CONSENT);
        };
    }

    /** On the trip that is under way; once that is over, the form is good for nothing more. */
    private AuthorizationStep leaveAgain(Transaction transaction, Ticket ticket, long nowSeconds) {
        try {
            var begun = trips.repeat(ticket, transaction, nowSeconds);
            if (begun == null) {
                return unusable(PageReason.ANSWERED_CONSENT);
            }
            auditor.answeredAgain(transaction);
            return new Leave(begun.location().toString(), begun.secrets());
        } catch (IdentityException e) {
            return cannotStart(transaction, errorOf(e));
        }
    }

    private AuthorizationStep denied(ConsentForms.Form form, BrowserSecrets browser, long nowSeconds) {
        var transaction = form.transaction();
        return switch (forms.settle(form, new ConsentOutcome.Denied(), browser, nowSeconds)) {
            case null -> {
                auditor.denied(transaction);
                yield notApproved(transaction);
            }
            case ConsentOutcome.Denied() -> {
                auditor.answeredAgain(transaction);
                yield notApproved(transaction);
            }
            case ConsentOutcome.Begun _, ConsentOutcome.NotBegun _, ConsentOutcome.Unknown() ->
                unusable(PageReason.ANSWERED_CONSENT);
        };
    }

    private Leave notApproved(Transaction transaction) {
        return atClient(transaction, OAuthError.ACCESS_DENIED, "the person did not approve", List.of());
    }

    /** Sends the browser to the identity provider without a page, or back to the client if that cannot be. */
    private Leave leaveForProvider(
            Transaction transaction, String approvedSubject, BrowserSecrets browser, long nowSeconds) {
        try {
            var begun = trips.begin(transaction, approvedSubject, false, browser, nowSeconds);
            return new Leave(begun.location().toString(), begun.secrets());
        } catch (IdentityException e) {
            return cannotStart(transaction, errorOf(e));
        }
    }

    private Leave cannotStart(Transaction transaction, OAuthError error) {
        return atClient(transaction, error, "the sign-in cannot be started now", List.of());
    }

    /**
     * The identity provider has sent a browser back; the order of checks is that of O §4.5.
     *
     * @param nowSeconds Unix time in seconds
     * @throws StoreException the store cannot answer, and the sign-in is still under way
     */
    public AuthorizationStep complete(Callback callback, BrowserSecrets browser, long nowSeconds) {
        String state = callback.state();
        var pending = trips.find(state, nowSeconds);
        if (state == null || pending == null) {
            return endedEarly(PageReason.UNKNOWN_SIGN_IN);
        }
        if (!trips.isFrom(browser, pending, state)) {
            return endedEarly(PageReason.OTHER_BROWSER);
        }
        var trip = trips.open(pending, state);
        var found = clientOf(trip.transaction(), nowSeconds);
        if (found instanceof FoundClient.Unavailable) {
            return endedEarly(PageReason.CLIENT_UNAVAILABLE); // not taken: the same address may be asked for again
        }
        var client = found.orNull();
        if (!trips.end(pending, nowSeconds)) {
            return endedEarly(PageReason.UNKNOWN_SIGN_IN);
        }
        if (client == null) {
            return endedEarly(PageReason.UNKNOWN_CLIENT);
        }
        return finish(new Arrival(callback, trip, client, browser, forgotten(trip, state)), nowSeconds);
    }

    /** What the browser need hold no longer: the secret of the trip, and of the form that began it. */
    private List<BrowserSecret> forgotten(Trip trip, String state) {
        var ofTrip = trips.forgotten(state);
        return trip.approvedSubject() == null
                ? List.of(ofTrip, ConsentForms.forgotten(trip.transaction()))
                : List.of(ofTrip);
    }

    private AuthorizationStep endedEarly(PageReason reason) {
        auditor.strayed(reason);
        return new ShowPage(reason);
    }

    /** From here on the sign-in is taken: whatever happens, its client hears of it. */
    private AuthorizationStep finish(Arrival arrival, long nowSeconds) {
        try {
            return signIn(arrival, nowSeconds);
        } catch (Refused e) {
            auditor.refused(arrival.transaction(), e.person, e.description());
            return atClient(arrival.transaction(), e.error, e.description(), arrival.forgotten());
        }
    }

    private AuthorizationStep signIn(Arrival arrival, long nowSeconds) throws Refused {
        var callback = arrival.callback();
        if (callback.error() != null) {
            throw refusedByProvider(callback.error());
        }
        if (!provider.isIssuerOfCallback(callback.iss())) {
            LOG.log(Level.WARNING, "a callback names another issuer than our identity provider");
            throw new Refused(OAuthError.SERVER_ERROR, "the sign-in failed");
        }
        if (callback.code() == null) {
            throw new Refused(OAuthError.SERVER_ERROR, "the sign-in failed");
        }
        var signIn = redeem(callback.code(), arrival.trip());
        String person = subjects.of(signIn.identity());
        var scopes = allowedScopes(signIn.identity(), person, arrival);
        return grantOrAskAgain(arrival, signIn, person, scopes, nowSeconds);
    }

    /** Which of the provider's errors it was is told by our own words only (O §4.5). */
    private static Refused refusedByProvider(String error) {
        return switch (error) {
            case "access_denied" -> new Refused(OAuthError.ACCESS_DENIED, "the sign-in was refused");
            case "temporarily_unavailable" ->
                new Refused(OAuthError.TEMPORARILY_UNAVAILABLE, "the identity provider is not available");
            default -> new Refused(OAuthError.SERVER_ERROR, "the sign-in failed");
        };
    }

    private SignIn redeem(String code, Trip trip) throws Refused {
        try {
            return provider.signIn(code, trip.codeVerifier(), trip.nonce());
        } catch (IdentityException e) {
            var error = errorOf(e);
            throw new Refused(
                    error, error == OAuthError.ACCESS_DENIED ? "the sign-in was refused" : "the sign-in failed");
        }
    }

    /** Whether the person may sign in at all, and which of the scopes that the client wants they may have themselves (O-42). */
    private Scopes allowedScopes(Identity identity, String person, Arrival arrival) throws Refused {
        var wanted = arrival.transaction().scopes();
        var principal = new Principal(identity, arrival.client().id(), "", wanted);
        refuseUnlessAllowed(policy.decide(principal, new Action.SignIn()), person);
        var held = GrantedScopes.of(wanted, arrival.client().scopes(), principal, policy);
        if (held.isEmpty() && !wanted.isEmpty()) {
            throw new Refused(
                    OAuthError.ACCESS_DENIED, "this person may have none of the scopes that were asked for", person);
        }
        return held;
    }

    private static void refuseUnlessAllowed(Decision decision, String person) throws Refused {
        switch (decision) {
            case Decision.Allow() -> {}
            case Decision.Deny(String rule) -> {
                LOG.log(Level.INFO, "a sign-in was refused by policy: {0}", rule);
                throw new Refused(OAuthError.ACCESS_DENIED, "this person may not sign in here", person);
            }
            case Decision.NeedScope(Scopes needed) -> {
                LOG.log(Level.INFO, "a sign-in was refused for want of scopes: {0}", needed);
                throw new Refused(
                        OAuthError.ACCESS_DENIED, "this person may not sign in here with these scopes", person);
            }
        }
    }

    /** An approval that somebody else gave in this browser is none: who signed in now is asked (O-66). */
    private AuthorizationStep grantOrAskAgain(
            Arrival arrival, SignIn signIn, String person, Scopes scopes, long nowSeconds) throws Refused {
        var trip = arrival.trip();
        var transaction = arrival.transaction();
        if (trip.approvedSubject() != null && !isOf(signIn.identity(), trip.approvedSubject())) {
            auditor.askedAgain(transaction, person);
            var asked = ask(
                    transaction.renewed(), arrival.client(), nameOf(signIn.identity()), arrival.browser(), nowSeconds);
            var forgotten = both(arrival.forgotten(), List.of(BrowserSecret.forget(Approvals.SECRET_NAME)));
            return new AskConsent(asked.view(), asked.transaction(), both(asked.secrets(), forgotten));
        }
        String code = issue(arrival, signIn, person, scopes, nowSeconds);
        var secrets = new ArrayList<>(arrival.forgotten());
        if (trip.remember()) {
            secrets.add(approvals.remembering(transaction, person, arrival.browser(), nowSeconds));
        }
        return new Leave(reply.success(transaction.redirectUri(), code, transaction.state()), secrets);
    }

    /** Under whichever master key the approval was remembered (O-180). */
    private boolean isOf(Identity identity, String approvedSubject) {
        return subjects.allOf(identity).contains(approvedSubject);
    }

    private static @Nullable String nameOf(Identity identity) {
        return identity.email() == null ? identity.name() : identity.email();
    }

    private String issue(Arrival arrival, SignIn signIn, String person, Scopes scopes, long nowSeconds) throws Refused {
        var transaction = arrival.transaction();
        try {
            var issued = issuer.issue(transaction, scopes, arrival.client(), signIn, person, nowSeconds);
            auditor.signedIn(transaction, person);
            auditor.issued(transaction, person, issued.grantId(), issued.crowdedOut());
            return issued.code();
        } catch (StoreException e) {
            telemetry.refused(Outcome.STORE_UNAVAILABLE);
            LOG.log(Level.WARNING, "a grant could not be stored", e);
            throw new Refused(
                    OAuthError.TEMPORARILY_UNAVAILABLE, "the sign-in could not be stored, try again shortly", person);
        }
    }

    /** @return the client as the person saw it; unknown if it is gone or has become another (T-80) */
    private FoundClient clientOf(Transaction transaction, long nowSeconds) {
        var found = clients.find(transaction.clientId(), nowSeconds);
        boolean isAnother = found instanceof FoundClient.Known(RegisteredClient client)
                && !Transaction.digestOf(client).equals(transaction.clientDigest());
        return isAnother ? new FoundClient.Unknown() : found;
    }

    private Leave atClient(Transaction transaction, OAuthError error, String description, List<BrowserSecret> secrets) {
        return new Leave(reply.error(transaction.redirectUri(), error, description, transaction.state()), secrets);
    }

    private OAuthError errorOf(IdentityException e) {
        if (e.kind() == IdentityException.Kind.UNAVAILABLE) {
            telemetry.refused(Outcome.IDENTITY_PROVIDER_UNAVAILABLE);
        }
        LOG.log(Level.WARNING, "the identity provider signed nobody in ({0}): {1}", e.kind(), e.getMessage());
        return switch (e.kind()) {
            case REFUSED -> OAuthError.ACCESS_DENIED;
            case INVALID -> OAuthError.SERVER_ERROR;
            case UNAVAILABLE -> OAuthError.TEMPORARILY_UNAVAILABLE;
        };
    }

    /** A redirect URI that passed the parser has a target. */
    private static RedirectTarget target(String redirectUri) {
        return Objects.requireNonNull(RedirectTarget.of(redirectUri));
    }

    private static List<BrowserSecret> both(List<BrowserSecret> first, List<BrowserSecret> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** A browser that has come back from the identity provider, and what it left with. */
    private record Arrival(
            Callback callback,
            Trip trip,
            RegisteredClient client,
            BrowserSecrets browser,
            List<BrowserSecret> forgotten) {
        Transaction transaction() {
            return trip.transaction();
        }
    }

    /** The sign-in ends with an error at the client. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final OAuthError error;
        private final transient @Nullable String person;

        Refused(OAuthError error, String description) {
            this(error, description, null);
        }

        /** @param person the store's key for whom it was refused */
        Refused(OAuthError error, String description, @Nullable String person) {
            super(description, null, false, false);
            this.error = error;
            this.person = person;
        }

        String description() {
            return Objects.requireNonNullElse(getMessage(), "");
        }
    }
}
