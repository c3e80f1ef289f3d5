package dev.portcullis.endpoint.admin;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.http.Route;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Says yes (200) or no (503), and nothing else: no body, no reason (T-119). */
public final class HealthEndpoint implements Endpoint {
    private final BooleanSupplier healthy;

    private HealthEndpoint(BooleanSupplier healthy) {
        this.healthy = healthy;
    }

    /** {@code /health/live}: the process serves. Its answering at all is the answer. */
    public static Route live() {
        return route("health-live", "/health/live", () -> true);
    }

    /**
     * {@code /health/ready}: new work is welcome.
     *
     * @param ready asked on the event loop; must not block
     */
    public static Route ready(BooleanSupplier ready) {
        return route("health-ready", "/health/ready", ready);
    }

    private static Route route(String name, String path, BooleanSupplier healthy) {
        return new Route(
                name,
                path,
                List.of(HttpMethod.GET),
                Route.Access.OPEN,
                Route.Cors.NONE,
                0,
                new HealthEndpoint(healthy));
    }

    @Override
    public BodyReader open(Exchange exchange) {
        return new BodyReader() {
            @Override
            public void read(ByteBuf part) {}

            @Override
            public void end() {
                var status = healthy.getAsBoolean() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE;
                exchange.reply(Reply.empty(status).with(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE));
            }
        };
    }
}
