package dev.portcullis.endpoint.admin;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.http.Route;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** {@code /metrics}: whatever the scrape writes. Writing it takes milliseconds, so it is done off the event loop. */
public final class MetricsEndpoint implements Endpoint {
    private static final System.Logger LOG = System.getLogger(MetricsEndpoint.class.getName());

    private final Scrape scrape;
    private final String contentType;
    private final Executor offload;

    /** Writes all metrics. */
    public interface Scrape {
        void writeTo(OutputStream out) throws IOException;
    }

    private MetricsEndpoint(Scrape scrape, String contentType, Executor offload) {
        this.scrape = scrape;
        this.contentType = contentType;
        this.offload = offload;
    }

    /**
     * @param contentType of what the scrape writes, e.g. {@code text/plain; version=0.0.4; charset=utf-8}
     * @param offload where scrapes run; when it is full the answer is 503
     */
    public static Route route(Scrape scrape, String contentType, Executor offload) {
        return new Route(
                "metrics",
                "/metrics",
                List.of(HttpMethod.GET),
                Route.Access.OPEN,
                Route.Cors.NONE,
                0,
                new MetricsEndpoint(scrape, contentType, offload));
    }

    @Override
    public BodyReader open(Exchange exchange) {
        return new BodyReader() {
            @Override
            public void read(ByteBuf part) {}

            @Override
            public void end() {
                try {
                    offload.execute(() -> answer(exchange));
                } catch (RejectedExecutionException full) {
                    exchange.reply(Reply.empty(HttpResponseStatus.SERVICE_UNAVAILABLE));
                }
            }
        };
    }

    private void answer(Exchange exchange) {
        ByteBuf body = exchange.channel().alloc().buffer();
        try (var out = new ByteBufOutputStream(body)) {
            scrape.writeTo(out);
        } catch (IOException | RuntimeException e) {
            body.release();
            LOG.log(System.Logger.Level.ERROR, "the scrape failed", e);
            exchange.reply(Reply.empty(HttpResponseStatus.INTERNAL_SERVER_ERROR));
            return;
        }
        var headers = List.<Map.Entry<CharSequence, CharSequence>>of(
                Map.entry(HttpHeaderNames.CONTENT_TYPE, contentType),
                Map.entry(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE));
        exchange.reply(new Reply(HttpResponseStatus.OK, headers, body));
    }
}
