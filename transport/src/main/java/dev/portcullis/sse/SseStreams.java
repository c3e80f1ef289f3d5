package dev.portcullis.sse;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.http.StreamWriter;
import dev.portcullis.sse.SseStream.SseLimits;
import dev.portcullis.telemetry.Telemetry;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Opens event streams, and has what they share: their limits, and the rounds in which each event loop looks after its own. Any thread. */
public final class SseStreams {
    private static final List<Map.Entry<CharSequence, CharSequence>> HEADERS = List.of(
            Map.entry(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_EVENT_STREAM),
            Map.entry(HttpHeaderNames.CACHE_CONTROL, AsciiString.cached("no-store, no-transform")),
            Map.entry(AsciiString.cached("x-accel-buffering"), AsciiString.cached("no")),
            Map.entry(AsciiString.cached("x-content-type-options"), AsciiString.cached("nosniff")));

    final SseLimits limits;
    final Telemetry telemetry;
    private final Map<EventExecutor, Rounds> rounds = new ConcurrentHashMap<>();

    public SseStreams(SseLimits limits, Telemetry telemetry) {
        this.limits = limits;
        this.telemetry = telemetry;
    }

    /**
     * Answers the exchange with 200 {@code text/event-stream} and keeps it open, with a comment line every so often (H-16, H-17).
     *
     * @param extraHeaders name, value, name, value…
     * @return the stream; closed if the exchange had an answer or the peer has gone
     */
    public SseStream open(Exchange exchange, String... extraHeaders) {
        StreamWriter writer =
                exchange.startStream(new Reply(HttpResponseStatus.OK, headers(extraHeaders), Unpooled.EMPTY_BUFFER));
        var stream = new SseStream(exchange.channel(), writer, this);
        telemetry.streamOpened();
        stream.begin();
        return stream;
    }

    private static List<Map.Entry<CharSequence, CharSequence>> headers(String... extra) {
        if (extra.length == 0) {
            return HEADERS;
        }
        var all = new ArrayList<>(HEADERS);
        for (int i = 0; i < extra.length; i += 2) {
            all.add(Map.entry(extra[i], extra[i + 1]));
        }
        return all;
    }

    /** On that event loop only. */
    Rounds rounds(EventExecutor loop) {
        return rounds.computeIfAbsent(loop, one -> new Rounds(one, visitMillis()));
    }

    /** How often a stream is visited: several times in the shortest time that counts. */
    int visitMillis() {
        int shortest = Math.min(limits.keepAliveMillis(), SseStream.LOOK_MILLIS_MAX);
        return Math.max(1, shortest / SseStream.VISITS);
    }
}
