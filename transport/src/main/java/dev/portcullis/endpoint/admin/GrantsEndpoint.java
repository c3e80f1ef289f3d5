package dev.portcullis.endpoint.admin;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.http.BodyReader;
import dev.portcullis.http.CollectedBody;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.http.RequestHead;
import dev.portcullis.http.Route;
import dev.portcullis.http.form.FormBody;
import dev.portcullis.http.form.MalformedFormException;
import dev.portcullis.oauth.account.GrantDesk;
import dev.portcullis.store.StoreException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code /admin/…}: what operators see of grants and do about them (O-183), in JSON, for whoever has the administration's token. On the management listener alone, which browsers
 * cannot call; the routes are there only if there is a token.
 */
public final class GrantsEndpoint implements Endpoint {
    private static final System.Logger LOG = System.getLogger(GrantsEndpoint.class.getName());
    private static final int FORM_BYTES_MAX = 4 * 1024;
    private static final int TOKEN_CHARS_MAX = 4 * 1024;
    private static final String SCHEME = "bearer ";

    private final TokenHash token;
    private final Executor offload;
    private final Work work;

    /** Answers to what was asked. Runs where it may block. */
    private interface Work {
        Reply answer(Map<String, List<String>> parameters);
    }

    /** The request asks for nothing that there is. */
    private static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        Wrong(String message) {
            super(message, null, false, false);
        }
    }

    private GrantsEndpoint(TokenHash token, Executor offload, Work work) {
        this.token = token;
        this.offload = offload;
        this.work = work;
    }

    /**
     * @param token what operators prove themselves with
     * @param issuer whose subjects are meant if a request names no issuer
     * @param auditNames id → what it is called in audit lines
     * @param offload runs blocking work on virtual threads; rejects what is too much
     */
    public static List<Route> routes(
            GrantDesk desk,
            String token,
            String issuer,
            UnaryOperator<String> auditNames,
            Executor offload,
            InstantSource clock) {
        var hash = TokenHash.of(token.getBytes(StandardCharsets.UTF_8));
        var requests = new GrantRequests(desk, issuer, auditNames, clock);
        return List.of(
                route("admin-grants", "/admin/grants", HttpMethod.GET, hash, offload, requests::list),
                route("admin-revoke", "/admin/revoke", HttpMethod.POST, hash, offload, requests::revoke),
                route("admin-sweep", "/admin/sweep", HttpMethod.POST, hash, offload, _ -> requests.sweep()));
    }

    private static Route route(
            String name, String path, HttpMethod method, TokenHash token, Executor offload, Work work) {
        return new Route(
                name,
                path,
                List.of(method),
                Route.Access.OPEN,
                Route.Cors.NONE,
                FORM_BYTES_MAX,
                new GrantsEndpoint(token, offload, work));
    }

    @Override
    public BodyReader open(Exchange exchange) {
        var head = exchange.head();
        if (!isOperator(head)) {
            exchange.reply(error(HttpResponseStatus.UNAUTHORIZED, "the administration's token is needed")
                    .with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer"));
        }
        return CollectedBody.reading(exchange, FORM_BYTES_MAX, body -> {
            if (!exchange.isAnswered()) {
                answer(exchange, parametersOf(head, body));
            }
        });
    }

    /** Compares hashes, in time that does not depend on where they differ. */
    private boolean isOperator(RequestHead head) {
        var fields = head.headerAll(HttpHeaderNames.AUTHORIZATION);
        if (fields.size() != 1 || fields.get(0).length() > TOKEN_CHARS_MAX) {
            return false;
        }
        String field = fields.get(0);
        return field.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && TokenHash.of(field.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8))
                        .equals(token);
    }

    /** @return null if they cannot be read */
    private static @Nullable Map<String, List<String>> parametersOf(RequestHead head, byte[] body) {
        try {
            return head.method().equals(HttpMethod.GET) ? FormBody.parseQuery(head.query()) : FormBody.parse(body);
        } catch (MalformedFormException e) {
            return null;
        }
    }

    private void answer(Exchange exchange, @Nullable Map<String, List<String>> parameters) {
        if (parameters == null) {
            exchange.reply(error(HttpResponseStatus.BAD_REQUEST, "the parameters cannot be read"));
            return;
        }
        try {
            offload.execute(() -> exchange.reply(replyTo(parameters)));
        } catch (RejectedExecutionException full) {
            exchange.reply(error(HttpResponseStatus.SERVICE_UNAVAILABLE, "too much is going on, ask again"));
        }
    }

    private Reply replyTo(Map<String, List<String>> parameters) {
        try {
            return work.answer(parameters);
        } catch (Wrong e) {
            return error(HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
        } catch (StoreException e) {
            LOG.log(Level.WARNING, "the store did not answer an operator", e);
            return error(HttpResponseStatus.SERVICE_UNAVAILABLE, "the store does not answer, ask again");
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a bug in the administration", e);
            return error(HttpResponseStatus.INTERNAL_SERVER_ERROR, "the server failed");
        }
    }

    /** @param message of ours, plain ASCII without quotes */
    private static Reply error(HttpResponseStatus status, String message) {
        return Reply.json(status, "{\"error\":\"" + message + "\"}\n");
    }

    /** @throws RuntimeException always: it is answered with 400 */
    static RuntimeException wrong(String message) {
        return new Wrong(message);
    }
}
