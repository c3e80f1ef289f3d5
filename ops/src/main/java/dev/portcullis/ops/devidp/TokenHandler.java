package dev.portcullis.ops.devidp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.portcullis.ops.devidp.Switches.TokenAnswer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The token endpoint (RFC 6749 §3.2): codes and refresh tokens, both good for one use unless switched; the client authenticates by basic or post. */
final class TokenHandler implements HttpHandler {
    private final DevIdpSettings settings;
    private final IssuedTokens tokens;
    private final Switches switches;

    TokenHandler(DevIdpSettings settings, IssuedTokens tokens, Switches switches) {
        this.settings = settings;
        this.tokens = tokens;
        this.switches = switches;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Form form = Replies.form(exchange);
        if (form == null) {
            refuse(exchange, 400, "invalid_request");
            return;
        }
        if (switches.state().tokenAnswer() == TokenAnswer.REFUSE_CLIENT || !isOurClient(exchange, form)) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"devidp\"");
            refuse(exchange, 401, "invalid_client");
            return;
        }
        Map<String, Object> answer = switch (form.get("grant_type")) {
            case "authorization_code" -> redeem(form);
            case "refresh_token" -> refresh(form);
            default -> Map.of("error", "unsupported_grant_type");
        };
        Replies.json(exchange, answer.containsKey("error") ? 400 : 200, answer);
    }

    private Map<String, Object> redeem(Form form) {
        IssuedTokens.Approved approved = tokens.takeCode(form.get("code"));
        if (approved == null
                || !approved.request().redirectUri().equals(form.get("redirect_uri"))
                || !approved.request().challenge().equals(challengeOf(form.get("code_verifier")))) {
            return Map.of("error", "invalid_grant");
        }
        return tokens.isThere(approved.person())
                ? tokens.tokensFor(approved.person(), approved.request().nonce(), null)
                : Map.of("error", "access_denied");
    }

    private Map<String, Object> refresh(Form form) {
        String token = form.get("refresh_token");
        Person person =
                switches.state().tokenAnswer() == TokenAnswer.REFUSE_REFRESH ? null : tokens.spendRefreshToken(token);
        if (person == null) {
            return Map.of("error", "invalid_grant");
        }
        return tokens.isThere(person) ? tokens.tokensFor(person, null, token) : Map.of("error", "access_denied");
    }

    private boolean isOurClient(HttpExchange exchange, Form form) {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        String id = form.get("client_id");
        String secret = form.get("client_secret");
        if (authorization != null) {
            String[] pair = basic(authorization).split(":", -1);
            if (pair.length != 2 || !secret.isEmpty()) {
                return false;
            }
            id = String.valueOf(Form.decode(pair[0]));
            secret = String.valueOf(Form.decode(pair[1]));
        }
        return id.equals(settings.clientId())
                && MessageDigest.isEqual(
                        secret.getBytes(StandardCharsets.UTF_8),
                        settings.clientSecret().getBytes(StandardCharsets.UTF_8));
    }

    private static String basic(String authorization) {
        if (!authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return "";
        }
        try {
            return new String(
                    Base64.getDecoder().decode(authorization.substring(6).strip()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** RFC 7636 §4.6. @return null if that is no verifier (§4.1) */
    private static @Nullable String challengeOf(String verifier) {
        if (!verifier.matches("[A-Za-z0-9._~-]{43,128}")) {
            return null;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256", e);
        }
    }

    private static void refuse(HttpExchange exchange, int status, String error) throws IOException {
        Replies.json(exchange, status, Map.of("error", error));
    }
}
