package dev.portcullis.sse;

import dev.portcullis.http.Exchange;
import dev.portcullis.telemetry.Telemetry;
import org.jspecify.annotations.Nullable;

/** An open event stream to one client. Methods may be called from any thread. */
public final class SseStream {
    private boolean open;

    private SseStream() {}

    /**
     * Answers the exchange with 200 {@code text/event-stream} and keeps it open, with a comment line every so often (H-16, H-17).
     *
     * @param extraHeaders name, value, name, value…
     */
    public static SseStream open(Exchange exchange, SseLimits limits, Telemetry telemetry, String... extraHeaders) {
        return new SseStream();
    }

    /**
     * Sends an event, or queues it while the peer is slow.
     *
     * @param event the {@code event} field; null for none
     * @param id the {@code id} field; null for none
     * @param json one JSON text without raw line breaks, UTF-8; not kept
     * @return false if the stream has ended, or ended now because its queue is full
     */
    public boolean send(@Nullable String event, @Nullable String id, byte[] json, int offset, int length) {
        return false;
    }

    /** Ends the stream once what is queued has been sent. */
    public void end() {
        open = false;
    }

    public boolean isOpen() {
        return open;
    }

    /** Runs once on the event loop when the stream has ended, whoever ended it; at once if it has already. Listeners add up. */
    public void onClose(Runnable listener) {
        listener.run();
    }

    /**
     * Limits of one stream.
     *
     * @param keepAliveMillis between comment lines when nothing else is sent
     * @param queuedBytesMax bytes waiting for a slow peer before the stream is ended
     * @param queuedEventsMax events waiting
     * @param stallMillis how long a peer may read nothing before the stream is ended
     */
    public record SseLimits(int keepAliveMillis, int queuedBytesMax, int queuedEventsMax, int stallMillis) {
        /** The defaults of H-17 and T-30. */
        public static final SseLimits DEFAULT = new SseLimits(15_000, 256 * 1024, 1_000, 30_000);
    }
}
