package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.AcceptedType;
import dev.portcullis.http.Reply;
import dev.portcullis.http.RequestHead;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.authorize.AuthorizationStep.OfferReturn;
import dev.portcullis.oauth.browser.PageReason;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/**
 * Says to a person, or to a program that prefers JSON, why it does not go on, and what they can do (O §4.1, O-33). Nothing of the request is on these pages but the
 * registered address that the way back leads to.
 */
final class ErrorPage {
    private static final String RETRY_AFTER_SECONDS = "5";

    private final String server;
    private final String issuer;

    /**
     * @param server our own name, as people know it: the public host
     * @param issuer for programs ({@code iss})
     */
    ErrorPage(String server, String issuer) {
        this.server = server;
        this.issuer = issuer;
    }

    Reply render(PageReason reason, RequestHead head) {
        var status = statusOf(reason);
        Reply reply = prefersJson(head)
                ? json(status, reason.error(), reason.description())
                : Page.reply(status, titleOf(reason), server, bodyOf(reason), "'none'");
        return status.code() == 503 ? reply.with(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS) : reply;
    }

    /** A mistake of a client that somebody else may have written: a person decides whether to go there. */
    Reply render(OfferReturn offer, RequestHead head) {
        var status = HttpResponseStatus.BAD_REQUEST;
        if (prefersJson(head)) {
            return json(status, offer.error(), offer.description());
        }
        var body = new Html()
                .markup("""
                        <h1>The app asked for something that cannot be</h1>
                        <p>Nothing was approved and nothing was shared. You can tell the app, which may then ask in another way.</p>
                        <section>
                        <dl>
                        <dt>Error</dt><dd>\
                        """)
                .text(offer.error().code())
                .markup("</dd>\n<dt>Reason</dt><dd>")
                .text(offer.description())
                .markup("</dd>\n<dt>App at</dt><dd>")
                .text(offer.redirect().host())
                .markup("</dd>\n</dl>\n<code tabindex=\"0\" aria-label=\"Full address\">")
                .text(offer.redirect().uri())
                .markup("</code>\n<a class=\"button\" rel=\"noreferrer\" href=\"")
                .text(offer.location())
                .markup("""
                        ">Return to the app</a>
                        <p class="soft">If you did not start this yourself, close this page instead.</p>
                        </section>
                        """);
        return Page.reply(status, "The app asked for something that cannot be", server, body, "'none'");
    }

    /** What a browser is told when the work for it fails. */
    Offloading.Failures failures(RequestHead head) {
        return new Offloading.Failures() {
            /** The flows make pages and redirects of all that OAuth refuses; none comes this far. */
            @Override
            public Reply of(OAuthException refusal) {
                return render(PageReason.INTERNAL_ERROR, head);
            }

            @Override
            public Reply overloaded() {
                return render(PageReason.OVERLOADED, head);
            }

            @Override
            public Reply storeUnavailable() {
                return render(PageReason.STORE_UNAVAILABLE, head);
            }

            @Override
            public Reply internalError() {
                return render(PageReason.INTERNAL_ERROR, head);
            }
        };
    }

    private static HttpResponseStatus statusOf(PageReason reason) {
        return switch (reason) {
            case UNREADABLE,
                    REPEATED_PARAMETER,
                    UNKNOWN_CLIENT,
                    CLIENT_UNAVAILABLE,
                    BAD_REDIRECT_URI,
                    UNKNOWN_SIGN_IN,
                    OTHER_BROWSER -> HttpResponseStatus.BAD_REQUEST;
            case TOO_LONG -> HttpResponseStatus.REQUEST_URI_TOO_LONG;
            case FORGED_CONSENT, EXPIRED_CONSENT, ANSWERED_CONSENT, FORGED_FORM, SIGN_IN_REFUSED ->
                HttpResponseStatus.FORBIDDEN;
            case STORE_UNAVAILABLE, OVERLOADED, PROVIDER_UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
            case SIGN_IN_FAILED, INTERNAL_ERROR -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
        };
    }

    private static String titleOf(PageReason reason) {
        return switch (reason) {
            case UNREADABLE, REPEATED_PARAMETER, TOO_LONG -> "This request cannot be read";
            case UNKNOWN_CLIENT -> "This app is not registered here";
            case CLIENT_UNAVAILABLE -> "This app cannot be looked up just now";
            case BAD_REDIRECT_URI -> "The way back to this app is not known";
            case FORGED_CONSENT -> "This answer did not come from our page";
            case EXPIRED_CONSENT -> "That took a little too long";
            case ANSWERED_CONSENT -> "You have answered this already";
            case UNKNOWN_SIGN_IN -> "This sign-in is over";
            case OTHER_BROWSER -> "This sign-in began in another browser";
            case FORGED_FORM -> "This did not come from your account page";
            case SIGN_IN_REFUSED -> "You were not let in";
            case SIGN_IN_FAILED -> "The sign-in did not work";
            case STORE_UNAVAILABLE, OVERLOADED, PROVIDER_UNAVAILABLE -> "Please try again in a moment";
            case INTERNAL_ERROR -> "Something went wrong here";
        };
    }

    /** What happened, and what to do about it. */
    private static Html bodyOf(PageReason reason) {
        var body = new Html().markup("<h1>").text(titleOf(reason)).markup("</h1>\n<p>");
        body.markup(
                switch (reason) {
                    case UNREADABLE, REPEATED_PARAMETER, TOO_LONG ->
                        "The app, or whoever sent you here, wrote a request that does not hold together. Nothing was approved and nothing was shared.";
                    case UNKNOWN_CLIENT ->
                        "Its registration may have ended, or was made at another server. Remove the connection in the app and add it again: the app then registers anew.";
                    case CLIENT_UNAVAILABLE ->
                        "It describes itself at an address of its own, which does not give us that description now. Nothing was lost: load this page again in a minute.";
                    case BAD_REDIRECT_URI ->
                        "The app registered other addresses than the one you would have been sent to. Nothing was approved and nothing was shared.";
                    case FORGED_CONSENT ->
                        "Either this browser does not keep cookies for us, or another page tried to answer in your place. Nothing was approved.";
                    case EXPIRED_CONSENT ->
                        "The page you answered was no longer good. Nothing was approved. Go back to the app and connect again.";
                    case ANSWERED_CONSENT ->
                        "The first answer counts, and it was another one or has done its work. If the app is not connected yet, go back to it and connect again.";
                    case UNKNOWN_SIGN_IN ->
                        "It was finished before, or took longer than it may. If the app is not connected yet, go back to it and connect again.";
                    case OTHER_BROWSER ->
                        "For your safety it can only be finished in the browser that began it, with cookies allowed. Nothing was approved here.";
                    case FORGED_FORM ->
                        "Either the page was of an earlier sign-in, or another page tried to act in your place. Nothing was changed.";
                    case SIGN_IN_REFUSED ->
                        "Your company’s sign-in, or a rule of this server, does not let you in here. Ask whoever runs it if you think it should.";
                    case SIGN_IN_FAILED ->
                        "The answer of your company’s sign-in could not be accepted, and that has been noted. Please sign in once more.";
                    case PROVIDER_UNAVAILABLE ->
                        "Your company’s sign-in does not answer just now. Nothing was lost: sign in again in a few seconds.";
                    case STORE_UNAVAILABLE ->
                        "A part of this server does not answer just now. Nothing was lost: load this page again in a few seconds.";
                    case OVERLOADED ->
                        "Many people are signing in just now. Nothing was lost: load this page again in a few seconds.";
                    case INTERNAL_ERROR ->
                        "It is our mistake, and it has been noted. Go back to the app and connect again.";
                });
        if (isOfAccount(reason)) {
            body.markup("</p>\n<p><a class=\"button\" href=\"/account\">Go to your account page</a>");
        }
        return body.markup("""
                        </p>
                        <p class="soft">If you did not start this yourself, just close this page.</p>
                        <section>
                        <dl>
                        <dt>Error</dt><dd>\
                        """)
                .text(reason.error().code())
                .markup("</dd>\n<dt>Reason</dt><dd>")
                .text(reason.description())
                .markup("</dd>\n</dl>\n</section>\n");
    }

    /** Whether somebody meets it only on the way to their own account, or in it. */
    private static boolean isOfAccount(PageReason reason) {
        return switch (reason) {
            case FORGED_FORM, SIGN_IN_REFUSED, SIGN_IN_FAILED, PROVIDER_UNAVAILABLE -> true;
            case UNREADABLE,
                    TOO_LONG,
                    REPEATED_PARAMETER,
                    UNKNOWN_CLIENT,
                    CLIENT_UNAVAILABLE,
                    BAD_REDIRECT_URI,
                    FORGED_CONSENT,
                    EXPIRED_CONSENT,
                    ANSWERED_CONSENT,
                    UNKNOWN_SIGN_IN,
                    OTHER_BROWSER,
                    STORE_UNAVAILABLE,
                    OVERLOADED,
                    INTERNAL_ERROR -> false;
        };
    }

    private Reply json(HttpResponseStatus status, OAuthError error, String description) {
        String json = "{\"error\":\"" + error.code() + "\",\"error_description\":\"" + description + "\",\"iss\":\""
                + issuer + "\"}";
        return Reply.json(status, Unpooled.wrappedBuffer(json.getBytes(StandardCharsets.UTF_8)))
                .with("referrer-policy", "no-referrer");
    }

    /** Whether {@code Accept} puts JSON before HTML (RFC 9110 §12.5.1): by weight, and of the same weight by being named. */
    private static boolean prefersJson(RequestHead head) {
        String accept = String.join(",", head.headerAll(HttpHeaderNames.ACCEPT));
        var json = AcceptedType.in(accept, "application", "json");
        var html = AcceptedType.in(accept, "text", "html");
        return json.weight() > html.weight()
                || (json.weight() == html.weight() && json.weight() > 0 && json.precision() > html.precision());
    }
}
