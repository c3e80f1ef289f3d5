package dev.portcullis.endpoint.oauth;

import dev.portcullis.oauth.authorize.RedirectTarget;
import dev.portcullis.store.RegisteredClient;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How pages speak of a client: what it calls itself, as text, and who stands behind that (O-61, T-57). Stateless. */
final class ClientWords {
    private static final int NAME_CHARS_MAX = 80;

    private ClientWords() {}

    /** The name as text of its own direction; other words of ours if there is none to see. */
    static Html name(@Nullable String name, String otherwise) {
        String clean = name == null ? "" : Html.clean(name);
        var html = new Html();
        return clean.isEmpty()
                ? html.markup(otherwise)
                : html.markup("<bdi>").text(clean, NAME_CHARS_MAX).markup("</bdi>");
    }

    /**
     * Who vouches for what the client says of itself.
     *
     * @param isTrusted whether the operator knows that host
     */
    static Html tag(RegisteredClient.Kind kind, @Nullable String host, boolean isTrusted) {
        var html = new Html();
        return switch (kind) {
            case DYNAMIC -> html.markup("<p class=\"tag warned\">Self-registered, unverified</p>\n");
            case METADATA_DOCUMENT ->
                html.markup(isTrusted ? "<p class=\"tag\">" : "<p class=\"tag warned\">")
                        .markup("Described by <strong>")
                        .text(host == null ? "its own address" : host)
                        .markup("</strong></p>\n");
            case PREREGISTERED -> html.markup("<p class=\"tag known\">Known to this server</p>\n");
        };
    }

    /** Where its answer goes: a host, this device, or an app on it. */
    static Html destination(RedirectTarget redirect) {
        var html = new Html();
        return switch (redirect.kind()) {
            case HTTPS -> html.text(redirect.host());
            case LOOPBACK ->
                html.markup("This device <span class=\"soft\">(")
                        .text(redirect.host())
                        .markup(")</span>");
            case CUSTOM_SCHEME ->
                html.markup("An app on this device <span class=\"soft\">(")
                        .text(redirect.origin())
                        .markup(")</span>");
        };
    }

    /** What a scope allows, to follow <i>may</i>. */
    static Html ability(String scope, Map<String, String> scopeWords) {
        String words = scopeWords.get(scope);
        return words == null
                ? new Html()
                        .markup("use the permission “")
                        .text(scope, NAME_CHARS_MAX)
                        .markup("” in your name")
                : new Html().text(words);
    }
}
