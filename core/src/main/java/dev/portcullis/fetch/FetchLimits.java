package dev.portcullis.fetch;

/**
 * What bounds every request that leaves.
 *
 * @param connectMillis for one TCP connection with its TLS handshake
 * @param totalMillis from the call to the last byte of the answer, whatever the peer does
 * @param headerBytesMax longest line of the answer's head
 * @param headersMax most header fields of the answer
 * @param concurrentMax requests under way at once; another one waits for its turn inside its own deadline
 */
public record FetchLimits(int connectMillis, int totalMillis, int headerBytesMax, int headersMax, int concurrentMax) {
    /** 5 s to connect and 10 s in all (O-140), lines of 8 KiB, 100 header fields, 64 requests at once. */
    public static final FetchLimits DEFAULT = new FetchLimits(5_000, 10_000, 8_192, 100, 64);

    public FetchLimits {
        if (connectMillis <= 0 || totalMillis <= 0 || headerBytesMax <= 0 || headersMax <= 0 || concurrentMax <= 0) {
            throw new IllegalArgumentException("limits of outgoing requests must be positive");
        }
    }
}
