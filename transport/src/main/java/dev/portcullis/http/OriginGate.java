package dev.portcullis.http;

import dev.portcullis.telemetry.Outcome;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps foreign web pages out, before anything else is looked at (H-4, H-10…H-12; DNS rebinding, T-50): a Host that is not ours is 421, an Origin that may not
 * call us 403. Routes for any origin take any ({@link Route.Cors#ANY}); pages for people take {@code null}, which is what browsers send with a form of a page
 * that gives no referrer, and look after it themselves (O-63).
 */
public final class OriginGate implements Gate {
    private final OriginRules rules;

    public OriginGate(OriginRules rules) {
        this.rules = rules;
    }

    @Override
    public Verdict check(RequestHead head, @Nullable Route route) {
        String host = head.header(HttpHeaderNames.HOST);
        if (host == null || !rules.allowsHost(host)) {
            return refuse(HttpResponseStatus.MISDIRECTED_REQUEST, Outcome.BAD_HOST, route, "Unknown host name");
        }
        List<String> origins =
                head.headers().contains(HttpHeaderNames.ORIGIN) ? head.headerAll(HttpHeaderNames.ORIGIN) : List.of();
        if (origins.isEmpty() || (origins.size() == 1 && mayCall(origins.get(0), route))) {
            return Verdict.PASS;
        }
        return refuse(HttpResponseStatus.FORBIDDEN, Outcome.BAD_ORIGIN, route, "This origin may not call this server");
    }

    @Override
    public boolean judgesHeadAlone() {
        return true;
    }

    private boolean mayCall(String origin, @Nullable Route route) {
        Route.Cors cors = route == null ? Route.Cors.ALLOWED : route.cors();
        return cors == Route.Cors.ANY
                || (cors == Route.Cors.NONE && origin.equals("null"))
                || rules.allowsOrigin(origin);
    }

    private static Verdict refuse(HttpResponseStatus status, Outcome outcome, @Nullable Route route, String message) {
        return new Verdict.Refuse(Refusals.reply(status, route, message), outcome);
    }
}
