package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.MasterKey;
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
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.client.FoundClient;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.SignInStep;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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
 *        │                     way back,   this browser, unanswered           │                                   nothing taken
 *        │ pass                redirect         │ │ └──no──► page             ▼
 *        ▼                                      │ └─deny──► access_denied     TAKEN (once; all below goes to the client)
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
        var lives = settings.lives();
        this.parser = new AuthorizationRequestParser(settings, clients);
        this.forms = new ConsentForms(master, lives.signIn());
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
        telemetry.signIn(SignInStep.AUTHORIZE, parsed instanceof Valid);
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
        return approvedSubject == null
                ? ask(transaction, request.client(), browser, nowSeconds)
                : leaveForProvider(transaction, approvedSubject, false, browser, nowSeconds, List.of());
    }

    private @Nullable String approvedSubject(AuthorizationRequest request, BrowserSecrets browser, long nowSeconds) {
        boolean askAnyway = request.prompt() == Prompt.CONSENT || request.prompt() == Prompt.LOGIN;
        return askAnyway || !Approvals.isRememberable(target(request.redirectUri()))
                ? null
                : approvals.subjectThatApproved(request, browser, nowSeconds);
    }

    private AskConsent ask(Transaction transaction, RegisteredClient client, BrowserSecrets browser, long nowSeconds) {
        var target = target(transaction.redirectUri());
        var view = new ConsentView(
                client.name(),
                client.kind(),
                target,
                transaction.scopes(),
                transaction.resources(),
                Approvals.isRememberable(target),
                settings.lives().signIn());
        return forms.ask(view, transaction, browser, nowSeconds);
    }

    /**
     * A consent form has come back (O-63, O-68). That it was sent from a page of ours has been checked as far as headers can tell.
     *
     * @param nowSeconds Unix time in seconds
     * @throws StoreException the store cannot answer; the form can be sent again
     */
    public AuthorizationStep consented(ConsentAnswer answer, BrowserSecrets browser, long nowSeconds) {
        var step = decide(answer, browser, nowSeconds);
        telemetry.signIn(SignInStep.CONSENT, answer.approved() && step instanceof Leave);
        return step;
    }

    private AuthorizationStep decide(ConsentAnswer answer, BrowserSecrets browser, long nowSeconds) {
        var form = forms.open(answer.transaction());
        if (form == null || !form.isFrom(browser)) {
            return new ShowPage(
                    form != null && form.isExpired(nowSeconds)
                            ? PageReason.EXPIRED_CONSENT
                            : PageReason.FORGED_CONSENT);
        }
        if (form.isExpired(nowSeconds)) {
            return new ShowPage(PageReason.EXPIRED_CONSENT);
        }
        if (trips.isAnswered(form, nowSeconds)) {
            return new ShowPage(PageReason.ANSWERED_CONSENT);
        }
        var transaction = form.transaction();
        switch (clientOf(transaction, nowSeconds)) {
            case FoundClient.Known _ -> {}
            case FoundClient.Unknown() -> {
                return new ShowPage(PageReason.UNKNOWN_CLIENT);
            }
            case FoundClient.Unavailable() -> {
                return new ShowPage(PageReason.CLIENT_UNAVAILABLE);
            }
        }
        if (!answer.approved()) {
            return atClient(
                    transaction, OAuthError.ACCESS_DENIED, "the person did not approve", List.of(form.forgotten()));
        }
        boolean remember = answer.remember() && Approvals.isRememberable(target(transaction.redirectUri()));
        var step = leaveForProvider(transaction, null, remember, browser, nowSeconds, List.of(form.forgotten()));
        trips.rememberAnswered(form);
        return step;
    }

    /** Sends the browser to the identity provider, or back to the client if that cannot be. */
    private Leave leaveForProvider(
            Transaction transaction,
            @Nullable String approvedSubject,
            boolean remember,
            BrowserSecrets browser,
            long nowSeconds,
            List<BrowserSecret> secrets) {
        try {
            var begun = trips.begin(transaction, approvedSubject, remember, browser, nowSeconds);
            return new Leave(begun.location().toString(), both(begun.secrets(), secrets));
        } catch (IdentityException e) {
            return atClient(transaction, errorOf(e), "the sign-in cannot be started now", secrets);
        }
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
        return finish(new Arrival(callback, trip, client, browser, trips.forgotten(state)), nowSeconds);
    }

    private AuthorizationStep endedEarly(PageReason reason) {
        telemetry.signIn(SignInStep.CALLBACK, false);
        return new ShowPage(reason);
    }

    /** From here on the sign-in is taken: whatever happens, its client hears of it. */
    private AuthorizationStep finish(Arrival arrival, long nowSeconds) {
        try {
            var step = signIn(arrival, nowSeconds);
            telemetry.signIn(SignInStep.CALLBACK, step instanceof Leave);
            return step;
        } catch (Refused e) {
            telemetry.signIn(SignInStep.CALLBACK, false);
            return atClient(arrival.transaction(), e.error, e.description(), List.of(arrival.forgotten()));
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
        checkPolicy(signIn, arrival);
        return grantOrAskAgain(arrival, signIn, nowSeconds);
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

    private void checkPolicy(SignIn signIn, Arrival arrival) throws Refused {
        var principal = new Principal(
                signIn.identity(),
                arrival.client().id(),
                "",
                arrival.transaction().scopes());
        switch (policy.decide(principal, new Action.SignIn())) {
            case Decision.Allow() -> {}
            case Decision.Deny(String rule) -> {
                LOG.log(Level.INFO, "a sign-in was refused by policy: {0}", rule);
                throw new Refused(OAuthError.ACCESS_DENIED, "this person may not sign in here");
            }
            case Decision.NeedScope(Scopes needed) -> {
                LOG.log(Level.INFO, "a sign-in was refused for want of scopes: {0}", needed);
                throw new Refused(OAuthError.ACCESS_DENIED, "this person may not sign in here with these scopes");
            }
        }
    }

    /** An approval that somebody else gave in this browser is none: who signed in now is asked (O-66). */
    private AuthorizationStep grantOrAskAgain(Arrival arrival, SignIn signIn, long nowSeconds) throws Refused {
        var trip = arrival.trip();
        var transaction = arrival.transaction();
        String subjectKey = subjects.of(signIn.identity());
        if (trip.approvedSubject() != null && !trip.approvedSubject().equals(subjectKey)) {
            var asked = ask(transaction.renewed(), arrival.client(), arrival.browser(), nowSeconds);
            var forgotten = List.of(arrival.forgotten(), BrowserSecret.forget(Approvals.SECRET_NAME));
            return new AskConsent(asked.view(), asked.transaction(), both(asked.secrets(), forgotten));
        }
        String code = issue(arrival, signIn, subjectKey, nowSeconds);
        var secrets = new ArrayList<>(List.of(arrival.forgotten()));
        if (trip.remember()) {
            secrets.add(approvals.remembering(transaction, subjectKey, arrival.browser(), nowSeconds));
        }
        return new Leave(reply.success(transaction.redirectUri(), code, transaction.state()), secrets);
    }

    private String issue(Arrival arrival, SignIn signIn, String subjectKey, long nowSeconds) throws Refused {
        try {
            return issuer.issue(arrival.transaction(), arrival.client(), signIn, subjectKey, nowSeconds);
        } catch (StoreException e) {
            telemetry.refused(Outcome.STORE_UNAVAILABLE);
            LOG.log(Level.WARNING, "a grant could not be stored", e);
            throw new Refused(OAuthError.TEMPORARILY_UNAVAILABLE, "the sign-in could not be stored, try again shortly");
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
            Callback callback, Trip trip, RegisteredClient client, BrowserSecrets browser, BrowserSecret forgotten) {
        Transaction transaction() {
            return trip.transaction();
        }
    }

    /** The sign-in ends with an error at the client. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final OAuthError error;

        Refused(OAuthError error, String description) {
            super(description, null, false, false);
            this.error = error;
        }

        String description() {
            return Objects.requireNonNullElse(getMessage(), "");
        }
    }
}
