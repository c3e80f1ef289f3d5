package dev.portcullis.http;

/**
 * Fired down a pipeline when an answer without an end has begun: handlers say whether they still have to do with its request. If none has, most of them can leave until the
 * answer ends. Event loop only.
 */
public final class StreamBegun {
    private final HttpExchange exchange;
    private final int status;
    private boolean needed;
    private long startNanos;

    StreamBegun(HttpExchange exchange, int status) {
        this.exchange = exchange;
        this.status = status;
    }

    HttpExchange exchange() {
        return exchange;
    }

    int status() {
        return status;
    }

    /** Whoever says it has still to do with the request. */
    void stay() {
        needed = true;
    }

    /** @return whether handlers of requests may leave */
    public boolean mayLeave() {
        return !needed;
    }

    /** When the request's head came, by {@link System#nanoTime}: whoever says it leaves it to others to tell when the request is over. */
    void startedAt(long nanos) {
        startNanos = nanos;
    }

    long startNanos() {
        return startNanos;
    }
}
