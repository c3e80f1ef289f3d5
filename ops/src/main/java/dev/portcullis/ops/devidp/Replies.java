package dev.portcullis.ops.devidp;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers of all kinds, each with the headers it must have; and the reading of small bodies. */
final class Replies {
    private static final int BODY_BYTES_MAX = 16 * 1024;

    private Replies() {}

    static void json(HttpExchange exchange, int status, Map<String, ?> members) throws IOException {
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        send(exchange, status, "application/json", JSONObjectUtils.toJSONString(members));
    }

    static void keys(HttpExchange exchange, String keys) throws IOException {
        exchange.getResponseHeaders().set("Cache-Control", "public, max-age=300");
        send(exchange, 200, "application/json", keys);
    }

    static void text(HttpExchange exchange, int status, String text) throws IOException {
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        send(exchange, status, "text/plain; charset=utf-8", text + "\n");
    }

    static void page(HttpExchange exchange, int status, String html) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Cache-Control", "no-store");
        // No form-action: Chromium applies it to every redirect after the form, and the last of them goes to the MCP
        // client, wherever that is.
        headers.set(
                "Content-Security-Policy",
                "default-src 'none'; style-src '" + Pages.STYLE_HASH + "'; base-uri 'none'; frame-ancestors 'none'");
        headers.set("X-Frame-Options", "DENY");
        send(exchange, status, "text/html; charset=utf-8", html);
    }

    static void redirect(HttpExchange exchange, String location) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Cache-Control", "no-store");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Location", location);
        exchange.sendResponseHeaders(303, -1);
    }

    /** @return null if the body is no form, or too long */
    static @Nullable Form form(HttpExchange exchange) throws IOException {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
        if (type == null || !type.startsWith("application/x-www-form-urlencoded") || body.length > BODY_BYTES_MAX) {
            return null;
        }
        return Form.parse(new String(body, StandardCharsets.UTF_8));
    }

    /** Whether a page of another site sent this (T-52). Programs that are no browser send neither header. */
    static boolean isCrossSite(HttpExchange exchange, String origin) {
        String from = exchange.getRequestHeaders().getFirst("Origin");
        String site = exchange.getRequestHeaders().getFirst("Sec-Fetch-Site");
        return (from != null && !from.equals(origin))
                || (site != null && !site.equals("same-origin") && !site.equals("none"));
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("X-Content-Type-Options", "nosniff");
        // With no-referrer a browser would send "Origin: null" with the page's own form.
        headers.set("Referrer-Policy", "same-origin");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
