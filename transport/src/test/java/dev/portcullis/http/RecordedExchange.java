package dev.portcullis.http;

import dev.portcullis.identity.Principal;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An exchange without a connection: holds a request and records its one answer. For tests of endpoints; what depends on the pipeline (405, CORS, limits) is not
 * here. Answers may come from any thread.
 */
public final class RecordedExchange implements Exchange {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final CountDownLatch answered = new CountDownLatch(1);
    private final RequestHead head;
    private final Route route;
    private @Nullable Reply reply;
    private @Nullable Runnable disconnectListener;
    private boolean disconnected;
    private Principal principal = Principal.ANONYMOUS;

    private RecordedExchange(RequestHead head, Route route) {
        this.head = head;
        this.route = route;
    }

    /**
     * A request for a route, not yet sent.
     *
     * @param target path and query
     * @param headers name, value, name, value…
     */
    public static RecordedExchange of(Route route, HttpMethod method, String target, String... headers) {
        HttpHeaders fields = new DefaultHttpHeaders();
        for (int i = 0; i < headers.length; i += 2) {
            fields.add(headers[i], headers[i + 1]);
        }
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? "" : target.substring(question + 1);
        return new RecordedExchange(
                new RequestHead(method, path, query, fields, InetAddress.getLoopbackAddress()), route);
    }

    /** The same exchange, called by somebody. */
    public RecordedExchange by(Principal caller) {
        principal = caller;
        return this;
    }

    /** Opens the endpoint, feeds it the body in two parts, and waits for the answer. */
    public RecordedExchange send(byte[] body) {
        BodyReader reader = route.endpoint().open(this);
        int half = body.length / 2;
        feed(reader, body, 0, half);
        feed(reader, body, half, body.length - half);
        if (!isAnswered()) {
            reader.end();
        }
        awaitAnswer();
        return this;
    }

    /** The same with a text. */
    public RecordedExchange send(String body) {
        return send(body.getBytes(StandardCharsets.UTF_8));
    }

    private void feed(BodyReader reader, byte[] body, int offset, int length) {
        if (length > 0 && !isAnswered()) {
            reader.read(Unpooled.wrappedBuffer(body, offset, length));
        }
    }

    /** Waits, at most 20 seconds, until there is an answer. */
    public void awaitAnswer() {
        try {
            if (!answered.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("no answer to " + head.method() + " " + head.path());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The peer goes away. */
    public void disconnect() {
        Runnable listener;
        synchronized (this) {
            disconnected = true;
            listener = disconnectListener;
        }
        if (listener != null) {
            listener.run();
        }
    }

    /** @return the status of the answer */
    public int status() {
        return answer().status().code();
    }

    /** @return the body of the answer, as UTF-8 */
    public String body() {
        return answer().body().toString(StandardCharsets.UTF_8);
    }

    /** @return the first header of that name; null if absent */
    public @Nullable String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.get(0);
    }

    /** @return all headers of that name, in order */
    public List<String> headers(String name) {
        var values = new ArrayList<String>();
        for (var field : answer().headers()) {
            if (field.getKey().toString().equalsIgnoreCase(name)) {
                values.add(field.getValue().toString());
            }
        }
        return values;
    }

    /** @return the answer */
    public synchronized Reply answer() {
        if (reply == null) {
            throw new AssertionError("no answer yet to " + head.method() + " " + head.path());
        }
        return reply;
    }

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public Route route() {
        return route;
    }

    @Override
    public Principal principal() {
        return principal;
    }

    @Override
    public synchronized void reply(Reply answer) {
        if (reply != null || disconnected) {
            answer.body().release();
            return;
        }
        byte[] body = ByteBufUtil.getBytes(answer.body());
        answer.body().release(); // as whoever sends a reply does
        reply = new Reply(answer.status(), answer.headers(), Unpooled.wrappedBuffer(body));
        answered.countDown();
    }

    @Override
    public StreamWriter startStream(Reply streamHead) {
        throw new UnsupportedOperationException("this exchange records whole answers only");
    }

    @Override
    public synchronized boolean isAnswered() {
        return reply != null || disconnected;
    }

    @Override
    public void onDisconnect(Runnable listener) {
        boolean gone;
        synchronized (this) {
            disconnectListener = listener;
            gone = disconnected;
        }
        if (gone) {
            listener.run();
        }
    }

    @Override
    public Channel channel() {
        return channel;
    }
}
