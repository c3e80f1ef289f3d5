package dev.portcullis.ops.devidp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.Map;

/** Who an access token speaks for (OpenID Connect Core §5.3). */
final class UserInfoHandler implements HttpHandler {
    private final IssuedTokens tokens;

    UserInfoHandler(IssuedTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        Person person = authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)
                ? tokens.personOf(authorization.substring(7))
                : null;
        if (person == null || !tokens.isThere(person)) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
            Replies.json(exchange, 401, Map.of("error", "invalid_token"));
            return;
        }
        Replies.json(exchange, 200, tokens.claimsOf(person));
    }
}
