package dev.portcullis.oauth.authorize;

import dev.portcullis.oauth.authorize.ParsedAuthorization.Faulty;
import dev.portcullis.oauth.authorize.ParsedAuthorization.Unreturnable;
import dev.portcullis.oauth.authorize.ParsedAuthorization.Valid;
import dev.portcullis.oauth.browser.PageReason;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.AuditEvent.What;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.SignInStep;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells what happens in a sign-in to those who count, and to those who may ask about it later (O-181). Nothing of a request is in it but the client's id. */
final class Auditor {
    private final Telemetry telemetry;

    Auditor(Telemetry telemetry) {
        this.telemetry = telemetry;
    }

    void began(ParsedAuthorization parsed) {
        telemetry.signIn(SignInStep.AUTHORIZE, parsed instanceof Valid);
        var event = AuditEvent.of(What.AUTHORIZE);
        telemetry.audit(
                switch (parsed) {
                    case Valid(var request) -> event.client(request.client().id());
                    case Unreturnable(var reason) -> event.failed(words(reason));
                    case Faulty faulty ->
                        event.client(faulty.client().id()).failed(faulty.error().code());
                });
    }

    /** Nobody was asked, since the same was approved before. */
    void remembered(Transaction transaction, String approvedSubject) {
        telemetry.audit(
                about(What.CONSENT, transaction).person(approvedSubject).detail("approved before in this browser"));
    }

    void approved(Transaction transaction) {
        telemetry.signIn(SignInStep.CONSENT, true);
        telemetry.audit(about(What.CONSENT, transaction).detail("approved"));
    }

    void denied(Transaction transaction) {
        telemetry.signIn(SignInStep.CONSENT, false);
        telemetry.audit(about(What.CONSENT, transaction).failed("denied"));
    }

    /** The same answer as before: it is not counted twice. */
    void answeredAgain(Transaction transaction) {
        telemetry.audit(about(What.CONSENT, transaction).detail("the same answer again"));
    }

    /** The answer to a consent form does not count. */
    void unusable(PageReason reason) {
        telemetry.signIn(SignInStep.CONSENT, false);
        telemetry.audit(AuditEvent.of(What.CONSENT).failed(words(reason)));
    }

    /** Somebody came back from the identity provider who is not on any trip that could end here. */
    void strayed(PageReason reason) {
        telemetry.signIn(SignInStep.CALLBACK, false);
        telemetry.audit(AuditEvent.of(What.SIGN_IN).failed(words(reason)));
    }

    /** @param person whom the identity provider vouched for; null if for nobody */
    void refused(Transaction transaction, @Nullable String person, String why) {
        telemetry.signIn(SignInStep.CALLBACK, false);
        telemetry.audit(about(What.SIGN_IN, transaction).person(person).failed(why));
    }

    /** Somebody signed in, who is asked for their own approval first. */
    void askedAgain(Transaction transaction, String person) {
        telemetry.signIn(SignInStep.CALLBACK, false);
        telemetry.audit(about(What.SIGN_IN, transaction)
                .person(person)
                .detail("another person than the one who approved before"));
    }

    void signedIn(Transaction transaction, String person) {
        telemetry.signIn(SignInStep.CALLBACK, true);
        telemetry.audit(about(What.SIGN_IN, transaction).person(person));
    }

    /** @param crowdedOut ids of the grants that ended for it (O-44) */
    void issued(Transaction transaction, String person, String grantId, List<String> crowdedOut) {
        telemetry.audit(about(What.CODE_ISSUED, transaction).person(person).grant(grantId));
        for (String ended : crowdedOut) {
            telemetry.audit(about(What.GRANT_REVOKED, transaction)
                    .person(person)
                    .grant(ended)
                    .detail("too many grants of one person for one client"));
        }
    }

    private static AuditEvent about(What what, Transaction transaction) {
        return AuditEvent.of(what).client(transaction.clientId());
    }

    private static String words(PageReason reason) {
        return reason.description();
    }
}
