package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.CollectedBody;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.http.form.FormBody;
import dev.portcullis.http.form.MalformedFormException;
import dev.portcullis.oauth.browser.PageReason;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** What the endpoints that browsers navigate to have in common: parameters in, a decision on a virtual thread, a page or a redirect out. */
final class BrowserEndpoint {
    private final BrowserCookies cookies;
    private final ErrorPage errors;
    private final OwnPages ownPages;
    private final Offloading offloading;
    private final InstantSource clock;

    BrowserEndpoint(
            BrowserCookies cookies, ErrorPage errors, OwnPages ownPages, Offloading offloading, InstantSource clock) {
        this.cookies = cookies;
        this.errors = errors;
        this.ownPages = ownPages;
        this.offloading = offloading;
        this.clock = clock;
    }

    /** Decides, and says it as a page or a redirect. Runs where it may block. */
    interface Answer {
        Reply to(BrowserRequest request);
    }

    /** An endpoint that is asked with a query. A body is read past. */
    Endpoint get(Answer answer) {
        return exchange -> {
            if (exchange.head().query().length() > FormBody.BYTES_MAX) {
                refuse(exchange, PageReason.TOO_LONG);
            } else {
                answerQuery(exchange, answer);
            }
            return discarding(exchange);
        };
    }

    private void answerQuery(Exchange exchange, Answer answer) {
        try {
            answer(exchange, FormBody.parseQuery(exchange.head().query()), answer);
        } catch (MalformedFormException e) {
            refuse(exchange, PageReason.UNREADABLE);
        }
    }

    /**
     * An endpoint that is sent a form of a page of ours; what is in its query is not looked at (T-93).
     *
     * @param forged what to say to a form that another page has sent
     */
    Endpoint post(PageReason forged, Answer answer) {
        return exchange -> {
            if (!ownPages.sent(exchange.head())) {
                return refuse(exchange, forged);
            }
            if (!FormBody.isDeclaredBy(exchange.head())) {
                return refuse(exchange, PageReason.UNREADABLE);
            }
            return readForm(exchange, answer);
        };
    }

    private BodyReader readForm(Exchange exchange, Answer answer) {
        int bytesMax = exchange.route().bodyBytesMax();
        return CollectedBody.reading(exchange, bytesMax, body -> {
            try {
                answer(exchange, FormBody.parse(body, bytesMax, bytesMax), answer);
            } catch (MalformedFormException e) {
                refuse(exchange, PageReason.UNREADABLE);
            }
        });
    }

    private void answer(Exchange exchange, Map<String, List<String>> parameters, Answer answer) {
        var head = exchange.head();
        offloading.answer(
                exchange,
                () -> answer.to(new BrowserRequest(
                        head, parameters, cookies.of(head), clock.instant().getEpochSecond())),
                errors.failures(head));
    }

    /** Answers with a page, and whoever reads the body reads it past. */
    private BodyReader refuse(Exchange exchange, PageReason reason) {
        exchange.reply(errors.render(reason, exchange.head()));
        return discarding(exchange);
    }

    private static BodyReader discarding(Exchange exchange) {
        return CollectedBody.reading(exchange, exchange.route().bodyBytesMax(), _ -> {});
    }
}
