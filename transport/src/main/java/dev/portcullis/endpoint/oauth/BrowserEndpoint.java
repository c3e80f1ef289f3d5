package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.CollectedBody;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.form.FormBody;
import dev.portcullis.http.form.MalformedFormException;
import dev.portcullis.oauth.authorize.AuthorizationStep;
import dev.portcullis.oauth.browser.BrowserSecrets;
import dev.portcullis.oauth.browser.PageReason;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** What the endpoints that browsers navigate to have in common: parameters in, a decision on a virtual thread, a page or a redirect out. */
final class BrowserEndpoint {
    private final BrowserCookies cookies;
    private final StepReplies replies;
    private final Offloading offloading;
    private final InstantSource clock;

    BrowserEndpoint(BrowserCookies cookies, StepReplies replies, Offloading offloading, InstantSource clock) {
        this.cookies = cookies;
        this.replies = replies;
        this.offloading = offloading;
        this.clock = clock;
    }

    /** Decides. Runs where it may block. */
    interface Answer {
        /** @param parameters decoded, each name with its values in order */
        AuthorizationStep to(Map<String, List<String>> parameters, BrowserSecrets browser, long nowSeconds);
    }

    /** An endpoint that is asked with a query. A body is read past. */
    Endpoint get(HttpResponseStatus redirect, Answer answer) {
        return exchange -> {
            if (exchange.head().query().length() > FormBody.BYTES_MAX) {
                refuse(exchange, PageReason.TOO_LONG);
            } else {
                answerQuery(exchange, redirect, answer);
            }
            return discarding(exchange);
        };
    }

    private void answerQuery(Exchange exchange, HttpResponseStatus redirect, Answer answer) {
        try {
            answer(exchange, FormBody.parseQuery(exchange.head().query()), redirect, answer);
        } catch (MalformedFormException e) {
            refuse(exchange, PageReason.UNREADABLE);
        }
    }

    /** An endpoint that is sent a form of ours; what is in its query is not looked at (T-93). */
    BodyReader post(Exchange exchange, Answer answer) {
        int bytesMax = exchange.route().bodyBytesMax();
        return CollectedBody.reading(exchange, bytesMax, body -> {
            try {
                answer(exchange, FormBody.parse(body, bytesMax, bytesMax), HttpResponseStatus.SEE_OTHER, answer);
            } catch (MalformedFormException e) {
                refuse(exchange, PageReason.UNREADABLE);
            }
        });
    }

    private void answer(
            Exchange exchange, Map<String, List<String>> parameters, HttpResponseStatus redirect, Answer answer) {
        var head = exchange.head();
        offloading.answer(
                exchange,
                () -> {
                    long now = clock.instant().getEpochSecond();
                    return replies.of(answer.to(parameters, cookies.of(head), now), head, redirect);
                },
                replies.failures(head));
    }

    /** Answers with a page, and whoever reads the body reads it past. */
    BodyReader refuse(Exchange exchange, PageReason reason) {
        exchange.reply(replies.page(reason, exchange.head()));
        return discarding(exchange);
    }

    private static BodyReader discarding(Exchange exchange) {
        return CollectedBody.reading(exchange, exchange.route().bodyBytesMax(), _ -> {});
    }
}
