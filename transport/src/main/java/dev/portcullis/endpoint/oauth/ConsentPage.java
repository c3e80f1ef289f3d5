package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.Reply;
import dev.portcullis.oauth.authorize.ConsentView;
import dev.portcullis.oauth.authorize.RedirectTarget;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * The page on which a person decides: who asks, what for, and where the answer would go (O-61). Saying no is as easy as saying yes. No script, no image, nothing from
 * anywhere else; all that the client says of itself is shown as text, and marked as its own word.
 */
final class ConsentPage {
    private static final int PERSON_CHARS_MAX = 120;
    private static final int SECONDS_PER_MINUTE = 60;

    private final String server;
    private final AuthorizeRoutes.PageSettings settings;

    /** @param server our own name, as people know it: the public host */
    ConsentPage(String server, AuthorizeRoutes.PageSettings settings) {
        this.server = server;
        this.settings = settings;
    }

    Reply render(ConsentView view, String transaction) {
        var body = new Html();
        addClient(body, view);
        addAbilities(body, view);
        addPerson(body, view);
        addRedirect(body, view);
        addForm(body, view, transaction);
        return Page.reply(HttpResponseStatus.OK, "Allow access?", server, body, formAction(view.redirect()));
    }

    private void addClient(Html body, ConsentView view) {
        boolean isTrusted = settings.trusts(view.clientHost());
        body.markup("<h1>")
                .add(ClientWords.name(view.clientName(), "An app that gives no name"))
                .markup(" asks for access</h1>\n")
                .add(ClientWords.tag(view.clientKind(), view.clientHost(), isTrusted));
        switch (view.clientKind()) {
            case DYNAMIC ->
                body.markup("<p class=\"soft\">Nobody has checked this app: any app can give itself any name.</p>\n");
            case METADATA_DOCUMENT ->
                body.markup(
                        isTrusted
                                ? "<p class=\"soft\">Whoever runs this server knows that address, which says what this app is"
                                        + " called and where its answers go.</p>\n"
                                : "<p class=\"warn\"><strong>Do you know that address?</strong> This server does not. Whoever"
                                        + " runs it has chosen what this app is called and where its answers go. If you do not"
                                        + " know it, deny.</p>\n");
            case PREREGISTERED ->
                body.markup("<p class=\"soft\">Whoever runs this server has entered this app by hand.</p>\n");
        }
    }

    private void addAbilities(Html body, ConsentView view) {
        body.markup("<section>\n<h2>It would be able to</h2>\n<ul>\n");
        if (view.scopes().isEmpty()) {
            body.markup("<li>see and use, in your name, the tools that you may use here</li>\n");
        }
        for (String scope : view.scopes().values()) {
            body.markup("<li>")
                    .add(ClientWords.ability(scope, settings.scopeWords()))
                    .markup("</li>\n");
        }
        body.markup("</ul>\n<p class=\"soft\">at this address</p>\n");
        for (String resource : view.resources()) {
            body.markup("<code>").text(resource).markup("</code>\n");
        }
        body.markup("</section>\n");
    }

    /** As whom. Who approves is known before the identity provider has spoken only if it just did (O-66). */
    private void addPerson(Html body, ConsentView view) {
        body.markup("<section>\n<h2>As whom</h2>\n");
        if (view.person() == null) {
            body.markup("<p class=\"lead\">You sign in next with <strong>")
                    .text(settings.providerName())
                    .markup("</strong>. The app never sees your password.</p>\n");
        } else {
            body.markup("<p class=\"lead\"><strong><bdi>")
                    .text(view.person(), PERSON_CHARS_MAX)
                    .markup("</bdi></strong></p>\n<p class=\"soft\">Somebody else approved this app in this browser"
                            + " before, so you are asked for yourself. You confirm who you are with ")
                    .text(settings.providerName())
                    .markup(" next.</p>\n");
        }
        body.markup("</section>\n");
    }

    private static void addRedirect(Html body, ConsentView view) {
        var redirect = view.redirect();
        body.markup("<section>\n<h2>The answer would go to</h2>\n<div class=\"host\">")
                .add(ClientWords.destination(redirect))
                .markup("</div>\n<code tabindex=\"0\" role=\"group\" aria-label=\"Full address\">")
                .text(redirect.uri())
                .markup("</code>\n");
        switch (redirect.kind()) {
            case HTTPS -> {
                if (view.clientHost() != null && !view.clientHost().equalsIgnoreCase(redirect.host())) {
                    body.markup("<p class=\"warn\"><strong>That is another address than the app’s own.</strong> It is"
                                    + " described by ")
                            .text(view.clientHost())
                            .markup(", which says that this is in order. If you know neither, deny.</p>\n");
                }
            }
            case LOOPBACK ->
                body.markup("<p class=\"warn\"><strong>Did you start this yourself, just now?</strong> "
                        + "Any program running on this device could be asking. If you did not start it, deny.</p>\n");
            case CUSTOM_SCHEME ->
                body.markup(
                        "<p class=\"warn\"><strong>Did you start this yourself, just now?</strong> "
                                + "Any program on this device could have claimed such addresses. If you did not start it, deny.</p>\n");
        }
        body.markup("</section>\n");
    }

    private static void addForm(Html body, ConsentView view, String transaction) {
        body.markup(
                        "<form method=\"post\" action=\"/authorize\">\n<input type=\"hidden\" name=\"transaction\" value=\"")
                .text(transaction)
                .markup("\">\n");
        if (view.rememberable()) {
            body.markup("<label><input type=\"checkbox\" name=\"remember\" value=\"yes\" checked>"
                    + "<span>Do not ask again for this app in this browser</span></label>\n");
        }
        body.markup("""
                        <div class="buttons">
                        <button class="deny" name="decision" value="deny">Deny</button>
                        <button class="approve" name="decision" value="approve">Approve</button>
                        </div>
                        <p class="soft">You can take access back at any time on <a href="/account">your account page</a>. \
                        This page is good for \
                        """)
                .text(Integer.toString(view.lifeSeconds() / SECONDS_PER_MINUTE))
                .markup(" minutes.</p>\n</form>\n");
    }

    /**
     * Where the form may lead: to us, on to any identity provider with TLS and the ones it may hop to, and back to this client (O-62). CSP has no words for an IPv6
     * address, so that a redirect to one takes the whole scheme.
     */
    private String formAction(RedirectTarget redirect) {
        var sources = new StringBuilder("'self' https:");
        switch (redirect.kind()) {
            case HTTPS -> {}
            case LOOPBACK -> sources.append(' ').append(redirect.origin().contains("[") ? "http:" : redirect.origin());
            case CUSTOM_SCHEME -> sources.append(' ').append(redirect.origin());
        }
        settings.providerSources().forEach(source -> sources.append(' ').append(source));
        return sources.toString();
    }
}
