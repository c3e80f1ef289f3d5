package dev.portcullis.http;

import dev.portcullis.telemetry.Outcome;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * No such path is 404, no such method there 405 with {@code Allow} (O-4); both before authentication, so that clients which probe learn the truth (H-4, H-5).
 * Answers CORS preflights, which never carry a token (H-18, O-4).
 */
public final class RouteGate implements Gate {
    private static final AsciiString MCP_METHODS = AsciiString.cached("GET, POST, DELETE, OPTIONS");
    private static final AsciiString OPEN_HEADERS =
            AsciiString.cached("Authorization, Content-Type, DPoP, MCP-Protocol-Version");
    private static final AsciiString MAX_AGE_SECONDS = AsciiString.cached("7200");
    private static final int HEADERS_ECHOED_MAX = 64;

    /** Header names a script may send to MCP routes (H-18), lower-cased, beside {@code Mcp-Param-…}. */
    private static final Set<String> MCP_HEADERS = Set.of(
            "authorization",
            "content-type",
            "accept",
            "mcp-session-id",
            "mcp-protocol-version",
            "last-event-id",
            "mcp-method",
            "mcp-name",
            "dpop",
            "traceparent",
            "tracestate",
            "baggage");

    @Override
    public Verdict check(RequestHead head, @Nullable Route route) {
        if (route == null) {
            return new Verdict.Refuse(
                    Refusals.reply(HttpResponseStatus.NOT_FOUND, null, "Not found"), Outcome.NO_ROUTE);
        }
        if (head.method().equals(HttpMethod.OPTIONS) && route.cors() != Route.Cors.NONE) {
            return new Verdict.Refuse(options(head, route), null);
        }
        if (!route.methods().contains(head.method())) {
            var reply = Refusals.reply(HttpResponseStatus.METHOD_NOT_ALLOWED, route, "Method not allowed")
                    .with(HttpHeaderNames.ALLOW, allow(route));
            return new Verdict.Refuse(reply, Outcome.BAD_METHOD);
        }
        return Verdict.PASS;
    }

    @Override
    public boolean judgesHeadAlone() {
        return true;
    }

    private static Reply options(RequestHead head, Route route) {
        Reply reply = Reply.empty(HttpResponseStatus.NO_CONTENT).with(HttpHeaderNames.ALLOW, allow(route));
        if (!head.headers().contains(HttpHeaderNames.ORIGIN)
                || !head.headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)) {
            return reply;
        }
        return route.cors() == Route.Cors.ANY
                ? preflight(reply, allow(route), OPEN_HEADERS)
                : preflight(reply, MCP_METHODS, echoedHeaders(head));
    }

    private static Reply preflight(Reply reply, CharSequence methods, CharSequence headers) {
        Reply answer = reply.with(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, methods)
                .with(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
        return headers.isEmpty() ? answer : answer.with(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, headers);
    }

    /** The requested names that are allowed; a {@code *} would not cover Authorization (H-18). */
    private static String echoedHeaders(RequestHead head) {
        String requested = head.header(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
        if (requested == null) {
            return "";
        }
        var allowed = new ArrayList<String>();
        for (String name : requested.split(",", HEADERS_ECHOED_MAX)) {
            String lower = name.strip().toLowerCase(Locale.ROOT);
            if (MCP_HEADERS.contains(lower) || isParameter(lower)) {
                allowed.add(lower);
            }
        }
        return String.join(", ", allowed);
    }

    /** {@code mcp-param-} and the characters of a token (RFC 9110 §5.6.2). */
    private static boolean isParameter(String name) {
        return name.startsWith("mcp-param-")
                && name.chars()
                        .allMatch(c -> Character.isLetterOrDigit(c) ? c < 0x80 : "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
    }

    private static String allow(Route route) {
        String methods = route.methods().stream().map(HttpMethod::name).collect(Collectors.joining(", "));
        return route.cors() == Route.Cors.NONE ? methods : methods + ", OPTIONS";
    }
}
