package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.Reply;
import dev.portcullis.oauth.authorize.ConsentView;
import dev.portcullis.oauth.authorize.RedirectTarget;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;

/**
 * The page on which a person decides: who asks, what for, and where the answer would go (O-61). Saying no is as easy as saying yes. No script, no image, nothing from
 * anywhere else; all that the client says of itself is shown as text, and marked as its own word.
 */
final class ConsentPage {
    private static final int NAME_CHARS_MAX = 80;
    private static final int SECONDS_PER_MINUTE = 60;

    private final String server;
    private final Map<String, String> scopeWords;
    private final List<String> providerSources;

    /**
     * @param server our own name, as people know it: the public host
     * @param scopeWords scope → what it allows, in words that follow <i>It would be able to</i>
     * @param providerSources origins of an identity provider without TLS (on loopback): browsers hold redirects after a form to the page's {@code form-action} too
     */
    ConsentPage(String server, Map<String, String> scopeWords, List<String> providerSources) {
        this.server = server;
        this.scopeWords = Map.copyOf(scopeWords);
        this.providerSources = List.copyOf(providerSources);
    }

    Reply render(ConsentView view, String transaction) {
        var body = new Html();
        addClient(body, view);
        addAbilities(body, view);
        addRedirect(body, view.redirect());
        addForm(body, view, transaction);
        return Page.reply(HttpResponseStatus.OK, "Allow access?", server, body, formAction(view.redirect()));
    }

    private static void addClient(Html body, ConsentView view) {
        String name = view.clientName() == null ? "" : Html.clean(view.clientName());
        body.markup("<h1>");
        if (name.isEmpty()) {
            body.markup("An app that gives no name asks for access");
        } else {
            body.markup("<bdi>").text(name, NAME_CHARS_MAX).markup("</bdi> asks for access");
        }
        body.markup("</h1>\n");
        switch (view.clientKind()) {
            case DYNAMIC -> body.markup("""
                        <p class="tag">Self-registered, unverified</p>
                        <p class="soft">Nobody has checked this app: any app can give itself any name.</p>
                        """);
            case METADATA_DOCUMENT -> body.markup("<p class=\"tag\">Described at its own address</p>\n");
            case PREREGISTERED -> body.markup("<p class=\"tag\">Known to this server</p>\n");
        }
    }

    private void addAbilities(Html body, ConsentView view) {
        body.markup("<section>\n<h2>It would be able to</h2>\n<ul>\n");
        if (view.scopes().isEmpty()) {
            body.markup("<li>see and use, in your name, the tools that you may use here</li>\n");
        }
        for (String scope : view.scopes().values()) {
            body.markup("<li>");
            String words = scopeWords.get(scope);
            if (words == null) {
                body.markup("use the permission “").text(scope, NAME_CHARS_MAX).markup("” in your name");
            } else {
                body.text(words);
            }
            body.markup("</li>\n");
        }
        body.markup("</ul>\n<p class=\"soft\">at this server</p>\n");
        for (String resource : view.resources()) {
            body.markup("<code>").text(resource).markup("</code>\n");
        }
        body.markup("</section>\n");
    }

    private static void addRedirect(Html body, RedirectTarget redirect) {
        body.markup("<section>\n<h2>The answer would go to</h2>\n<div class=\"host\">");
        switch (redirect.kind()) {
            case HTTPS -> body.text(redirect.host());
            case LOOPBACK ->
                body.markup("This device <span class=\"soft\">(")
                        .text(redirect.host())
                        .markup(")</span>");
            case CUSTOM_SCHEME ->
                body.markup("An app on this device <span class=\"soft\">(")
                        .text(redirect.origin())
                        .markup(")</span>");
        }
        body.markup("</div>\n<code tabindex=\"0\" aria-label=\"Full address\">")
                .text(redirect.uri())
                .markup("</code>\n");
        switch (redirect.kind()) {
            case HTTPS -> {}
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
                        <p class="soft">If you approve, you sign in with your identity provider next; the app never sees your password. \
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
        providerSources.forEach(source -> sources.append(' ').append(source));
        return sources.toString();
    }
}
