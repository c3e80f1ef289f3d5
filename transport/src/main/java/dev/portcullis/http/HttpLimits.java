package dev.portcullis.http;

/**
 * Bounds of every HTTP request, whatever its route. Reaching one is an {@link dev.portcullis.telemetry.Outcome} that is counted.
 *
 * @param requestLineBytesMax bytes of the request line without its end; more is 414. Larger than Netty's 4096, so that long {@code /authorize} URLs pass (T-5, O-6)
 * @param headerBytesMax bytes of all header lines together without their ends; more is 431 (T-5)
 * @param headerFieldsMax number of header fields; more is 431 (T-5)
 * @param headerMillis from the first byte of a request to the end of its header; later is 408 (T-4)
 * @param keepAliveMillis how long a connection may wait for its next request, the first included (T-4)
 * @param bodyMillis from the end of the header to the end of the body; later is 408 (T-4)
 * @param requestMillis from the end of the header to the beginning of the answer; later is 503
 * @param writeStallMillis how long a peer may take less than {@code writeProgressBytesMin} of an answer that waits for it (T-4); it is noticed up to a quarter later
 * @param writeProgressBytesMin bytes a peer must take in that time
 * @param discardedBytesMax bytes of a body nobody wants that are read to save the connection; it is closed when more are to come (T-6)
 * @param bodiesBytesMax bytes of bodies held at a time over all connections, of callers with a token and of others each; more is 503 (T-112)
 * @param lingerMillis how long a connection that we end is still read, so that the peer gets our last answer and no reset
 */
public record HttpLimits(
        int requestLineBytesMax,
        int headerBytesMax,
        int headerFieldsMax,
        int headerMillis,
        int keepAliveMillis,
        int bodyMillis,
        int requestMillis,
        int writeStallMillis,
        int writeProgressBytesMin,
        int discardedBytesMax,
        long bodiesBytesMax,
        int lingerMillis) {
    /** A sixteenth of the heap: a body takes up to four times its size while it is read. Never less than the largest body. */
    private static final long BODIES_BYTES_MAX =
            Math.max(4 * 1024 * 1024, Runtime.getRuntime().maxMemory() / 16);

    /** 16 KiB, 32 KiB, 200 fields; 10 s, 60 s, 30 s, 120 s, 30 s for 4 KiB; 64 KiB, a sixteenth of the heap, 2 s. */
    public static final HttpLimits DEFAULT = new HttpLimits(
            16 * 1024,
            32 * 1024,
            200,
            10_000,
            60_000,
            30_000,
            120_000,
            30_000,
            4 * 1024,
            64 * 1024,
            BODIES_BYTES_MAX,
            2_000);
}
