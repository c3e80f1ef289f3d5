package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testing.Await;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.TestServer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointHandlerTest {
    private final List<WeakReference<BodyReader>> readers = new CopyOnWriteArrayList<>();

    private BodyReader open(Exchange exchange) {
        var reader = new BodyReader() {
            @Override
            public void read(ByteBuf part) {
                if (part.getByte(part.readerIndex()) == 'x') {
                    throw new IllegalStateException("a bug");
                }
                if (part.getByte(part.readerIndex()) == 'r') {
                    exchange.reply(Reply.empty(HttpResponseStatus.BAD_REQUEST));
                }
            }

            @Override
            public void end() {
                exchange.reply(Reply.empty(HttpResponseStatus.OK));
            }
        };
        readers.add(new WeakReference<>(reader));
        return reader;
    }

    /** T-112: what a reader has collected of a body must not wait for the next request. */
    @ParameterizedTest
    @ValueSource(strings = {"fine", "refused", "xbug"})
    void readerWhenItsRequestIsAnsweredThenIsLetGoWhileTheConnectionRests(String body) {
        var route = EchoEndpoint.route("mcp", "/mcp", Route.Access.OPEN, Route.Cors.ANY, 10, this::open);
        try (var server = TestServer.with(route);
                var client = server.connect()) {
            client.send(
                    "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            client.read();

            Await.until("the reader is let go", () -> {
                System.gc();
                return readers.size() == 1 && readers.getFirst().refersTo(null);
            });
            client.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\na");
            assertThat(client.read().status()).isEqualTo(200); // the connection was still there
        }
    }
}
