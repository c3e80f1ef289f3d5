package dev.portcullis.mcp.session;

/**
 * Limits of what is kept of streams for clients that come back (H-123, T-31). Beyond any of them the oldest goes first.
 *
 * @param streamEventsMax events of one stream
 * @param streamBytesMax bytes of one stream's events; a single larger one is kept alone
 * @param sessionStreamsMax streams of one session
 * @param sessionBytesMax bytes of one session's events
 * @param bytesMax bytes of all events of this process
 * @param finishedSeconds how long the stream of a call is kept after its response
 */
public record EventLimits(
        int streamEventsMax,
        int streamBytesMax,
        int sessionStreamsMax,
        int sessionBytesMax,
        long bytesMax,
        int finishedSeconds) {
    public static final EventLimits DEFAULT =
            new EventLimits(1_000, 256 * 1024, 64, 4 * 1024 * 1024, shareOfHeap(), 5 * 60);

    /** A 16th of the heap. */
    private static long shareOfHeap() {
        return Runtime.getRuntime().maxMemory() / 16;
    }
}
