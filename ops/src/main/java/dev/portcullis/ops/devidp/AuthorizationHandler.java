package dev.portcullis.ops.devidp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The page where one picks who to be, and its answer. The request stays in the query of both, and is checked both times: nothing is remembered in between. */
final class AuthorizationHandler implements HttpHandler {
    private final DevIdpSettings settings;
    private final String issuer;
    private final String origin;
    private final IssuedTokens tokens;
    private final Directory directory;

    AuthorizationHandler(
            DevIdpSettings settings, String issuer, String origin, IssuedTokens tokens, Directory directory) {
        this.settings = settings;
        this.issuer = issuer;
        this.origin = origin;
        this.tokens = tokens;
        this.directory = directory;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Form query = Form.parse(exchange.getRequestURI().getRawQuery());
        switch (AuthorizationRequest.check(query, settings, issuer)) {
            case AuthorizationRequest.Result.Untrusted(String what) -> Replies.page(exchange, 400, Pages.problem(what));
            case AuthorizationRequest.Result.Refused(String location) -> Replies.redirect(exchange, location);
            case AuthorizationRequest.Result.Valid(AuthorizationRequest request) -> answer(exchange, request);
        }
    }

    private void answer(HttpExchange exchange, AuthorizationRequest request) throws IOException {
        if (exchange.getRequestMethod().equals("GET")) {
            Replies.page(exchange, 200, Pages.choose(settings, null));
            return;
        }
        Form form = Replies.isCrossSite(exchange, origin) ? null : Replies.form(exchange);
        if (form == null) {
            Replies.page(exchange, 403, Pages.problem("The form did not come from this page."));
            return;
        }
        if (form.get("action").equals("cancel")) {
            Replies.redirect(exchange, request.locationWithError("access_denied", issuer));
            return;
        }
        Person person = chosen(form);
        if (person == null) {
            Replies.page(
                    exchange, 400, Pages.choose(settings, "That is not an e-mail address, or something is too long."));
            return;
        }
        directory.saw(person);
        Replies.redirect(
                exchange,
                tokens.isThere(person)
                        ? request.locationWithCode(tokens.newCode(request, person), issuer)
                        : request.locationWithError("access_denied", issuer));
    }

    private @Nullable Person chosen(Form form) {
        String picked = form.get("person");
        if (picked.isEmpty()) {
            return Person.parse(form.get("email"), form.get("name"), form.get("groups"));
        }
        return settings.people().stream()
                .filter(person -> person.email().equals(picked))
                .findFirst()
                .orElse(null);
    }
}
