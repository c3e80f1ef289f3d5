package dev.portcullis.oauth.account;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityProvider;
import dev.portcullis.identity.IdentityProvider.SignIn;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.SubjectKeys;
import dev.portcullis.oauth.account.AccountStep.Leave;
import dev.portcullis.oauth.account.AccountStep.OfferSignIn;
import dev.portcullis.oauth.account.AccountStep.Return;
import dev.portcullis.oauth.account.AccountStep.ShowAccount;
import dev.portcullis.oauth.account.AccountStep.ShowPage;
import dev.portcullis.oauth.authorize.RedirectTarget;
import dev.portcullis.oauth.browser.BrowserSecret;
import dev.portcullis.oauth.browser.BrowserSecrets;
import dev.portcullis.oauth.browser.Callback;
import dev.portcullis.oauth.browser.Fields;
import dev.portcullis.oauth.browser.PageReason;
import dev.portcullis.oauth.browser.ProviderTrips;
import dev.portcullis.oauth.browser.ProviderTrips.Purpose;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.AuditEvent.What;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A person's own page: which clients were granted access, and the end of it (O-183).
 *
 * <pre>
 *              GET ──────────────► SIGN-IN PAGE ──POST sign-in──► UNDER WAY (stored, sealed) ──► identity provider
 *               │                     ▲    ▲                                                         │
 *               │ session             │    │ over                          GET /callback              ▼
 *               ▼                     │    │               state known, of this browser, of this purpose ──no──► page
 *           THE LIST ──POST sign-out──┘    │                          │ taken once; code, ID token, policy
 *               │  ▲                       │                          │      └──fail──► page
 *  POST revoke  │  └───────── 303 ─────────┼──────────────────────────┘ a session begins
 *               ▼                          │
 *     token of this session, for this deed?└─no session
 *               │ no──► page, nothing done
 *               └ yes ► the person's own grants only; ended on all nodes at once
 * </pre>
 *
 * <p>Any thread; blocks on the store and the identity provider. A {@link StoreException} leaves every method with things as they were.
 */
public final class AccountFlow {
    /** Whom rules see as the client of somebody who looks at their own account. */
    public static final String CLIENT_ID = "account";

    private static final Logger LOG = System.getLogger(AccountFlow.class.getName());
    private static final int PAGE_ITEMS = 20;
    private static final int GRANT_ID_CHARS_MAX = 64;
    private static final Comparator<Grant> LAST_USED_FIRST =
            Comparator.comparingLong(Grant::lastUsedAt).reversed().thenComparing(Grant::id);

    private final GrantStore store;
    private final IdentityProvider provider;
    private final Policy policy;
    private final Telemetry telemetry;
    private final ProviderTrips trips;
    private final AccountSessions sessions;
    private final SubjectKeys subjects;
    private final Revoking revoking;

    /**
     * How long things live, in seconds.
     *
     * @param signIn the trip to the identity provider
     * @param session of an account page, from its sign-in
     */
    public record Lives(int signIn, int session) {}

    public AccountFlow(
            Lives lives,
            MasterKey master,
            GrantStore store,
            IdentityProvider provider,
            Policy policy,
            Telemetry telemetry) {
        this.store = store;
        this.provider = provider;
        this.policy = policy;
        this.telemetry = telemetry;
        this.trips = new ProviderTrips(Purpose.ACCOUNT, master, store, provider, lives.signIn());
        this.sessions = new AccountSessions(master, lives.session());
        this.subjects = new SubjectKeys(master);
        this.revoking = new Revoking(store, telemetry, "by the person");
    }

    /**
     * Somebody looks at their account.
     *
     * @param page which part of the list, from 1; what is out of bounds is brought within them
     */
    public AccountStep show(int page, BrowserSecrets browser, long nowSeconds) {
        var notice = AccountNotice.of(browser);
        var told = notice == null ? List.<BrowserSecret>of() : List.of(AccountNotice.forgotten());
        var session = sessions.of(browser, nowSeconds);
        return session == null
                ? new OfferSignIn(notice, told)
                : new ShowAccount(view(session, page, notice, nowSeconds), told);
    }

    private AccountView view(AccountSession session, int page, @Nullable AccountNotice notice, long nowSeconds) {
        var grants = grantsOf(session, nowSeconds);
        grants.sort(LAST_USED_FIRST);
        int pages = Math.max(1, (grants.size() + PAGE_ITEMS - 1) / PAGE_ITEMS);
        int shown = Math.clamp(page, 1, pages);
        var items = grants.subList((shown - 1) * PAGE_ITEMS, Math.min(shown * PAGE_ITEMS, grants.size())).stream()
                .map(grant -> item(session, grant))
                .toList();
        return new AccountView(
                session.name(),
                items,
                grants.size(),
                shown,
                pages,
                notice,
                sessions.token(session, new AccountDeed.RevokeAll()),
                sessions.token(session, new AccountDeed.SignOut()));
    }

    private List<Grant> grantsOf(AccountSession session, long nowSeconds) {
        var grants = new ArrayList<Grant>();
        session.people().forEach(person -> grants.addAll(store.grantsOf(person, nowSeconds)));
        return grants;
    }

    private AccountView.Item item(AccountSession session, Grant grant) {
        var client = grant.client();
        return new AccountView.Item(
                grant.id(),
                client.name(),
                client.kind(),
                switch (client.kind()) {
                    case METADATA_DOCUMENT -> URI.create(client.id()).getHost();
                    case DYNAMIC, PREREGISTERED -> null;
                },
                RedirectTarget.of(grant.redirectUri()),
                grant.scopes(),
                grant.createdAt(),
                grant.lastUsedAt(),
                sessions.token(session, new AccountDeed.Revoke(grant.id())));
    }

    /** Somebody wants to sign in. That our own page sent them has been checked as far as headers can tell. */
    public AccountStep signIn(BrowserSecrets browser, long nowSeconds) {
        try {
            var begun = trips.begin(new Fields.Writer(), false, browser, nowSeconds);
            return new Leave(begun.location().toString(), begun.secrets());
        } catch (IdentityException e) {
            return new ShowPage(reasonOf(e), List.of());
        }
    }

    /** Whether a callback is of a sign-in for an account page, known or not. */
    public boolean owns(@Nullable String state) {
        return Purpose.ACCOUNT.owns(state);
    }

    /** The identity provider has sent a browser back; the order of checks is that of O §4.5. */
    public AccountStep complete(Callback callback, BrowserSecrets browser, long nowSeconds) {
        String state = callback.state();
        var pending = trips.find(state, nowSeconds);
        if (state == null || pending == null) {
            return refused(PageReason.UNKNOWN_SIGN_IN, null, List.of());
        }
        if (!trips.isFrom(browser, pending, state)) {
            return refused(PageReason.OTHER_BROWSER, null, List.of());
        }
        var trip = trips.open(pending, state);
        if (!trips.end(pending, nowSeconds)) {
            return refused(PageReason.UNKNOWN_SIGN_IN, null, List.of());
        }
        var forgotten = List.of(trips.forgotten(state));
        if (callback.error() != null) {
            return refused(reasonOf(callback.error()), null, forgotten);
        }
        if (!provider.isIssuerOfCallback(callback.iss()) || callback.code() == null) {
            return refused(PageReason.SIGN_IN_FAILED, null, forgotten);
        }
        try {
            return signedIn(provider.signIn(callback.code(), trip.codeVerifier(), trip.nonce()), forgotten, nowSeconds);
        } catch (IdentityException e) {
            return refused(reasonOf(e), null, forgotten);
        }
    }

    private AccountStep signedIn(SignIn signIn, List<BrowserSecret> forgotten, long nowSeconds) {
        var identity = signIn.identity();
        String person = subjects.of(identity);
        var principal = new Principal(identity, CLIENT_ID, "", Scopes.NONE);
        if (!(policy.decide(principal, new Action.SignIn()) instanceof Decision.Allow)) {
            return refused(PageReason.SIGN_IN_REFUSED, person, forgotten);
        }
        telemetry.audit(AuditEvent.of(What.SIGN_IN).person(person).detail("account"));
        telemetry.audit(AuditEvent.of(What.ACCOUNT_OPENED).person(person));
        var secrets = new ArrayList<>(forgotten);
        secrets.add(sessions.begin(subjects.allOf(identity), nameOf(identity), nowSeconds));
        return new Return(secrets);
    }

    private static String nameOf(Identity identity) {
        return Objects.requireNonNullElse(
                identity.email(), Objects.requireNonNullElse(identity.name(), identity.subject()));
    }

    /**
     * Somebody has pressed a button of the list.
     *
     * @param token that came with the form
     * @throws StoreException the store cannot answer; the same can be asked again
     */
    public AccountStep act(AccountDeed deed, String token, BrowserSecrets browser, long nowSeconds) {
        var session = sessions.of(browser, nowSeconds);
        if (session == null) {
            return new Return(List.of(AccountNotice.SESSION_OVER.told()));
        }
        if (!sessions.isTokenOf(session, deed, token)) {
            telemetry.audit(AuditEvent.of(What.GRANT_REVOKED)
                    .person(session.person())
                    .failed(PageReason.FORGED_FORM.description()));
            return new ShowPage(PageReason.FORGED_FORM, List.of());
        }
        return switch (deed) {
            case AccountDeed.Revoke(String grantId) -> revoke(grantId, session, nowSeconds);
            case AccountDeed.RevokeAll() -> {
                revoking.revokeAll(grantsOf(session, nowSeconds));
                yield new Return(List.of(AccountNotice.REVOKED_ALL.told()));
            }
            case AccountDeed.SignOut() ->
                new Return(List.of(BrowserSecret.forget(AccountSessions.SECRET_NAME), AccountNotice.SIGNED_OUT.told()));
        };
    }

    /** What is not there and what is another's answer alike: nobody learns which grants there are. */
    private AccountStep revoke(String grantId, AccountSession session, long nowSeconds) {
        var grant = grantId.length() > GRANT_ID_CHARS_MAX ? null : store.grant(grantId, nowSeconds);
        if (grant != null && session.people().contains(grant.subjectKey())) {
            revoking.revoke(grant);
        }
        return new Return(List.of(AccountNotice.REVOKED.told()));
    }

    private ShowPage refused(PageReason reason, @Nullable String person, List<BrowserSecret> secrets) {
        telemetry.audit(AuditEvent.of(What.SIGN_IN).person(person).failed("account: " + reason.description()));
        return new ShowPage(reason, secrets);
    }

    private static PageReason reasonOf(String error) {
        return switch (error) {
            case "access_denied" -> PageReason.SIGN_IN_REFUSED;
            case "temporarily_unavailable" -> PageReason.PROVIDER_UNAVAILABLE;
            default -> PageReason.SIGN_IN_FAILED;
        };
    }

    private PageReason reasonOf(IdentityException e) {
        if (e.kind() == IdentityException.Kind.UNAVAILABLE) {
            telemetry.refused(Outcome.IDENTITY_PROVIDER_UNAVAILABLE);
        }
        LOG.log(Level.WARNING, "the identity provider signed nobody in ({0}): {1}", e.kind(), e.getMessage());
        return switch (e.kind()) {
            case REFUSED -> PageReason.SIGN_IN_REFUSED;
            case INVALID -> PageReason.SIGN_IN_FAILED;
            case UNAVAILABLE -> PageReason.PROVIDER_UNAVAILABLE;
        };
    }
}
