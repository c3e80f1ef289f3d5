package dev.portcullis.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of what transport itself answers, in the language of who asked: a JSON-RPC error without id on MCP routes, with a token or with {@code AUTH=off}
 * (H-10, H-20), an OAuth error on routes for scripts of any origin (O-7), a line of text elsewhere.
 */
final class Refusals {
    private static final int RETRY_AFTER_SECONDS = 1;

    private Refusals() {}

    /** @param message ASCII without {@code "} and {@code \}; says nothing about our insides (T-115) */
    static Reply reply(HttpResponseStatus status, @Nullable Route route, String message) {
        return switch (route == null ? Route.Cors.NONE : route.cors()) {
            case NONE -> text(status, message);
            case ANY -> Reply.json(status, oauth(status, message));
            case ALLOWED -> Reply.json(status, jsonRpc(status, message));
        };
    }

    /** The same, with {@code Retry-After} (H-20). */
    static Reply retryLater(HttpResponseStatus status, @Nullable Route route, String message) {
        return reply(status, route, message).with(HttpHeaderNames.RETRY_AFTER, Integer.toString(RETRY_AFTER_SECONDS));
    }

    private static Reply text(HttpResponseStatus status, String message) {
        return new Reply(
                status,
                List.of(
                        Map.entry("content-type", "text/plain; charset=utf-8"),
                        Map.entry("cache-control", "no-store"),
                        Map.entry("x-content-type-options", "nosniff"),
                        Map.entry("referrer-policy", "no-referrer")),
                Unpooled.wrappedBuffer((message + '\n').getBytes(StandardCharsets.UTF_8)));
    }

    private static String jsonRpc(HttpResponseStatus status, String message) {
        int code = status.code() >= 500 || status.code() == 429 ? -32603 : -32600;
        return "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":" + code + ",\"message\":\"" + message + "\"}}";
    }

    private static String oauth(HttpResponseStatus status, String message) {
        String error = switch (status.code()) {
            case 429, 503 -> "temporarily_unavailable";
            case 500 -> "server_error";
            default -> "invalid_request";
        };
        return "{\"error\":\"" + error + "\",\"error_description\":\"" + message + "\"}";
    }
}
