package dev.portcullis.testing;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.http.Route;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers with method, query and body. Counts what reached it. */
public final class EchoEndpoint implements Endpoint {
    public final AtomicInteger opened = new AtomicInteger();
    public final AtomicInteger bytes = new AtomicInteger();
    public final AtomicInteger disconnected = new AtomicInteger();

    /** A route to this at {@code /mcp}. */
    public Route mcp(int bodyBytesMax) {
        return route("mcp", "/mcp", Route.Access.BEARER, Route.Cors.ALLOWED, bodyBytesMax, this);
    }

    public static Route route(
            String name, String path, Route.Access access, Route.Cors cors, int bodyBytesMax, Endpoint endpoint) {
        return new Route(
                name,
                path,
                List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE),
                access,
                cors,
                bodyBytesMax,
                endpoint);
    }

    @Override
    public BodyReader open(Exchange exchange) {
        opened.incrementAndGet();
        exchange.onDisconnect(disconnected::incrementAndGet);
        return new BodyReader() {
            private final StringBuilder body = new StringBuilder();

            @Override
            public void read(ByteBuf part) {
                bytes.addAndGet(part.readableBytes());
                body.append(part.toString(StandardCharsets.UTF_8));
            }

            @Override
            public void end() {
                String text = exchange.head().method() + " " + exchange.head().query() + " " + body;
                exchange.reply(new Reply(
                        HttpResponseStatus.OK, List.of(), Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)));
            }
        };
    }
}
