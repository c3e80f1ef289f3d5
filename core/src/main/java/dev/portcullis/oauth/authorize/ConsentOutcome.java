package dev.portcullis.oauth.authorize;

import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.browser.Fields;
import dev.portcullis.oauth.browser.ProviderTrips.Ticket;

/** What the first answer to a consent form came to. Whoever gives the same answer again, as a second press of a button does, is sent the same way; it comes to nothing more. */
sealed interface ConsentOutcome {
    /** Denied: the client was told. */
    record Denied() implements ConsentOutcome {}

    /** Approved, but the identity provider could not be asked: the client was told this. */
    record NotBegun(OAuthError error) implements ConsentOutcome {}

    /** Approved, and on the way to the identity provider, or back already. */
    record Begun(Ticket ticket) implements ConsentOutcome {}

    /** Answered, and nobody knows how: by a node that did not say, or in a store from which this one was copied. */
    record Unknown() implements ConsentOutcome {}

    default byte[] bytes() {
        var out = new Fields.Writer();
        switch (this) {
            case Denied() -> out.text("denied");
            case NotBegun(var error) -> out.text("not begun").text(error.name());
            case Begun(var ticket) -> out.text("begun").text(ticket.state()).text(ticket.secret());
            case Unknown() -> out.text("unknown");
        }
        return out.bytes();
    }

    static ConsentOutcome read(Fields.Reader in) {
        return switch (in.text()) {
            case "denied" -> new Denied();
            case "not begun" -> new NotBegun(OAuthError.valueOf(in.text()));
            case "begun" -> new Begun(new Ticket(in.text(), in.text()));
            default -> new Unknown();
        };
    }
}
