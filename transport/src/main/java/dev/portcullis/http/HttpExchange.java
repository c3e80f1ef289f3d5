package dev.portcullis.http;

import dev.portcullis.identity.Principal;
import dev.portcullis.oauth.token.VerifiedToken;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The one exchange of a request. {@code answered} may be set by any thread and decides who answers; all else belongs to the event loop.
 *
 * <pre>
 *   OPEN ──reply──────► COMPLETE
 *        ──startStream► STREAMING ──end──► COMPLETE
 *        ──peer gone, given up (from OPEN or STREAMING)──► GONE: listeners run
 * </pre>
 */
final class HttpExchange implements Exchange {
    private enum State {
        OPEN,
        STREAMING,
        COMPLETE,
        GONE
    }

    private final Channel channel;
    private RequestHead head;
    private final Route route;
    private final Principal principal;
    private final @Nullable VerifiedToken token;
    private final boolean headOnly;
    private final AtomicBoolean answered = new AtomicBoolean();
    private State state = State.OPEN;
    private @Nullable Runnable onDisconnect;
    private @Nullable Stream stream;

    HttpExchange(
            Channel channel,
            RequestHead head,
            Route route,
            Principal principal,
            @Nullable VerifiedToken token,
            boolean headOnly) {
        this.channel = channel;
        this.head = head;
        this.route = route;
        this.principal = principal;
        this.token = token;
        this.headOnly = headOnly;
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
    public @Nullable VerifiedToken token() {
        return token;
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public boolean isAnswered() {
        return answered.get();
    }

    @Override
    public void reply(Reply reply) {
        if (!answered.compareAndSet(false, true)) {
            reply.body().release();
            return;
        }
        EventExecutor loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            send(reply);
            return;
        }
        try {
            loop.execute(() -> send(reply));
        } catch (RejectedExecutionException stopped) {
            reply.body().release();
        }
    }

    private void send(Reply reply) {
        if (state == State.GONE) {
            reply.body().release();
            return;
        }
        complete();
        FullHttpResponse answer;
        try {
            answer = Answers.whole(reply);
        } catch (
                IllegalArgumentException
                        malformed) { // a header with a line break: a bug, whichever thread it comes from
            reply.body().release();
            channel.pipeline().fireExceptionCaught(malformed);
            return;
        }
        channel.writeAndFlush(answer, channel.voidPromise());
    }

    private void complete() {
        state = State.COMPLETE;
        head = RequestHead.ANSWERED;
        onDisconnect = null;
    }

    @Override
    public StreamWriter startStream(Reply reply) {
        reply.body().release();
        var started = new Stream();
        if (!answered.compareAndSet(false, true)) {
            started.open = false;
            return started;
        }
        if (channel.eventLoop().inEventLoop()) {
            begin(started, reply);
        } else {
            inLoop(() -> begin(started, reply));
        }
        return started;
    }

    private void begin(Stream started, Reply reply) {
        if (state == State.GONE) {
            started.close();
            return;
        }
        HttpResponse answer;
        try {
            answer = Answers.streamed(reply);
        } catch (IllegalArgumentException malformed) {
            complete();
            started.close();
            channel.pipeline().fireExceptionCaught(malformed);
            return;
        }
        if (headOnly) {
            complete();
            channel.writeAndFlush(Answers.headOf(answer), channel.voidPromise());
            started.close();
        } else {
            state = State.STREAMING;
            stream = started;
            head = head.withoutHeaders();
            channel.writeAndFlush(answer, channel.voidPromise());
            channel.pipeline()
                    .fireUserEventTriggered(new StreamBegun(this, reply.status().code()));
        }
    }

    @Override
    public void onDisconnect(Runnable listener) {
        if (channel.eventLoop().inEventLoop()) {
            listen(listener);
        } else {
            inLoop(() -> listen(listener));
        }
    }

    private void listen(Runnable listener) {
        switch (state) {
            case OPEN, STREAMING -> onDisconnect = listener;
            case GONE -> listener.run();
            case COMPLETE -> {}
        }
    }

    private void inLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException stopped) { // the event loops have ended, and every channel with them
            System.getLogger(HttpExchange.class.getName())
                    .log(System.Logger.Level.DEBUG, "came after the event loops had ended", stopped);
        }
    }

    /** The peer has gone, or the request ended otherwise: by a deadline, a body too large, a bug. What is in progress for it is for nobody. */
    void giveUp() {
        if (state != State.OPEN && state != State.STREAMING) {
            return;
        }
        state = State.GONE;
        answered.set(true);
        Stream given = stream;
        Runnable listener = onDisconnect;
        stream = null;
        onDisconnect = null;
        if (given != null) {
            given.close();
        }
        if (listener != null) {
            listener.run();
        }
    }

    void writabilityChanged() {
        if (stream != null) {
            stream.writabilityChanged();
        }
    }

    /** Event loop only. */
    private final class Stream implements StreamWriter {
        private boolean open = true;
        private boolean ended;
        private @Nullable Runnable onClose;
        private @Nullable Runnable onWritabilityChanged;

        @Override
        public void write(ByteBuf chunk) {
            if (!open) {
                chunk.release();
                return;
            }
            channel.writeAndFlush(new DefaultHttpContent(chunk), channel.voidPromise());
        }

        @Override
        public boolean isWritable() {
            return open && channel.isWritable();
        }

        @Override
        public void onWritabilityChanged(Runnable listener) {
            onWritabilityChanged = listener;
        }

        private void writabilityChanged() {
            if (onWritabilityChanged != null) {
                onWritabilityChanged.run();
            }
        }

        @Override
        public void onClose(Runnable listener) {
            if (open || ended) {
                onClose = listener;
            } else {
                listener.run();
            }
        }

        @Override
        public void end() {
            if (!open) {
                return;
            }
            open = false;
            ended = true;
            stream = null;
            complete();
            channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        }

        @Override
        public void abort() {
            if (open) {
                channel.close();
            }
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        private void close() {
            open = false;
            if (onClose != null) {
                Runnable listener = onClose;
                onClose = null;
                listener.run();
            }
        }
    }
}
