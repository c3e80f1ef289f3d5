package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.Reply;
import dev.portcullis.oauth.account.AccountNotice;
import dev.portcullis.oauth.account.AccountView;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A person's own page: which apps have access, since when, to do what, and a button for each to end it (O-183). As the consent page: no script, no image, nothing from
 * anywhere else, and what apps say of themselves is text.
 */
final class AccountPage {
    private static final String TITLE = "Apps with access";
    private static final String FORM = "<form class=\"quiet\" method=\"post\" action=\"/account\">\n";
    private static final int PERSON_CHARS_MAX = 120;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final String server;
    private final AuthorizeRoutes.PageSettings settings;

    /** @param server our own name, as people know it: the public host */
    AccountPage(String server, AuthorizeRoutes.PageSettings settings) {
        this.server = server;
        this.settings = settings;
    }

    /** Somebody must sign in first: unasked, since who has just signed out would be signed in again at once. */
    Reply renderSignIn(@Nullable AccountNotice notice) {
        var body = new Html().markup("<h1>Your account</h1>\n");
        addNotice(body, notice);
        body.markup("<p>Sign in to see which apps you have given access to this server, and to take it back.</p>\n")
                .markup("<form method=\"post\" action=\"/account\">\n")
                .markup("<div class=\"buttons\"><button class=\"approve\" name=\"action\" value=\"sign-in\">")
                .markup("Sign in with <bdi>")
                .text(settings.providerName())
                .markup("</bdi></button></div>\n</form>\n");
        var sources = new StringBuilder("'self' https:");
        settings.providerSources().forEach(source -> sources.append(' ').append(source));
        return Page.reply(HttpResponseStatus.OK, "Your account", server, body, sources.toString());
    }

    Reply render(AccountView view) {
        var body = new Html()
                .markup("<h1>" + TITLE + "</h1>\n<div class=\"row\"><p class=\"soft\">Signed in as <strong><bdi>")
                .text(view.person(), PERSON_CHARS_MAX)
                .markup("</bdi></strong></p>\n" + FORM)
                .add(token(view.signOutToken()))
                .markup("<button name=\"action\" value=\"sign-out\">Sign out</button>\n</form></div>\n");
        addNotice(body, view.notice());
        if (view.items().isEmpty()) {
            body.markup("<section>\n<p class=\"lead\">No app has access in your name.</p>\n")
                    .markup("<p class=\"soft\">Those that you approve will be listed here.</p>\n</section>\n");
        }
        view.items().forEach(item -> addItem(body, item));
        addPages(body, view);
        if (!view.items().isEmpty()) {
            addRevokeAll(body, view);
        }
        return Page.reply(HttpResponseStatus.OK, TITLE, server, body, "'self'");
    }

    private static void addNotice(Html body, @Nullable AccountNotice notice) {
        if (notice != null) {
            body.markup("<p class=\"notice\" role=\"status\">")
                    .markup(
                            switch (notice) {
                                case REVOKED -> "Done: that access has ended.";
                                case REVOKED_ALL -> "Done: no app has access in your name any more.";
                                case SIGNED_OUT -> "You are signed out here.";
                                case SESSION_OVER ->
                                    "You had been signed out meanwhile: nothing was changed. Please sign in and try again.";
                            })
                    .markup("</p>\n");
        }
    }

    private void addItem(Html body, AccountView.Item item) {
        var name = ClientWords.name(item.clientName(), "An app that gives no name");
        body.markup("<section class=\"app\">\n<h2>")
                .add(name)
                .markup("</h2>\n")
                .add(ClientWords.tag(item.clientKind(), item.clientHost(), settings.trusts(item.clientHost())))
                .markup("<dl>\n");
        if (item.redirect() != null) {
            body.markup("<dt>Answers go to</dt><dd>")
                    .add(ClientWords.destination(item.redirect()))
                    .markup("</dd>\n");
        }
        body.markup("<dt>Since</dt><dd>")
                .add(time(item.createdAt()))
                .markup("</dd>\n<dt>Last used</dt><dd>")
                .add(time(item.lastUsedAt()))
                .markup("</dd>\n<dt>May</dt><dd><ul>\n");
        if (item.scopes().isEmpty()) {
            body.markup("<li>see and use, in your name, the tools that you may use here</li>\n");
        }
        for (String scope : item.scopes().values()) {
            body.markup("<li>")
                    .add(ClientWords.ability(scope, settings.scopeWords()))
                    .markup("</li>\n");
        }
        body.markup("</ul></dd>\n</dl>\n" + FORM)
                .add(token(item.revokeToken()))
                .markup("<input type=\"hidden\" name=\"grant\" value=\"")
                .text(item.grantId())
                .markup("\">\n<button class=\"danger\" name=\"action\" value=\"revoke\">End access")
                .markup("<span class=\"unseen\"> of ")
                .add(name)
                .markup("</span></button>\n</form>\n</section>\n");
    }

    private static Html time(long seconds) {
        var instant = Instant.ofEpochSecond(seconds);
        return new Html()
                .markup("<time datetime=\"")
                .text(instant.toString())
                .markup("\">")
                .text(TIME.format(instant))
                .markup("</time>");
    }

    private static void addPages(Html body, AccountView view) {
        if (view.pages() == 1) {
            return;
        }
        body.markup("<section>\n<nav aria-label=\"Pages\">\n<span>");
        if (view.page() > 1) {
            body.markup("<a rel=\"prev\" href=\"/account?page=")
                    .text(Integer.toString(view.page() - 1))
                    .markup("\">Used later</a>");
        }
        body.markup("</span>\n<span>Page ")
                .text(view.page() + " of " + view.pages())
                .markup("</span>\n<span>");
        if (view.page() < view.pages()) {
            body.markup("<a rel=\"next\" href=\"/account?page=")
                    .text(Integer.toString(view.page() + 1))
                    .markup("\">Used earlier</a>");
        }
        body.markup("</span>\n</nav>\n</section>\n");
    }

    /** Two steps, without a script: the button is out of sight until it is asked for. */
    private static void addRevokeAll(Html body, AccountView view) {
        body.markup("<section>\n<details>\n<summary>End access of all apps (")
                .text(Integer.toString(view.total()))
                .markup(
                        ")</summary>\n<p class=\"soft\">Every app loses its access at once, on all your devices. Each has"
                                + " to ask again.</p>\n")
                .markup("<form method=\"post\" action=\"/account\">\n")
                .add(token(view.revokeAllToken()))
                .markup("<div class=\"buttons\"><button class=\"danger\" name=\"action\" value=\"revoke-all\">")
                .markup("End all access</button></div>\n</form>\n</details>\n</section>\n");
    }

    private static Html token(String token) {
        return new Html()
                .markup("<input type=\"hidden\" name=\"token\" value=\"")
                .text(token)
                .markup("\">\n");
    }
}
