package dev.portcullis.endpoint.mcp;

import dev.portcullis.sse.SseStream.SseLimits;

/**
 * Limits of MCP over HTTP.
 *
 * @param softDeadlineMillis a call that takes longer is answered by a stream, if the client takes one, so that keep-alives can flow (H-61)
 * @param retryAfterSeconds what a caller is told who came when too much was going on (H-20)
 * @param streams limits of each stream
 * @param sseOnMcp whether {@code /mcp} itself also takes clients of HTTP+SSE (H-6)
 * @param priming when streams begin with an id alone (H-124)
 */
public record McpHttpLimits(
        int softDeadlineMillis, int retryAfterSeconds, SseLimits streams, boolean sseOnMcp, Priming priming) {
    public static final McpHttpLimits DEFAULT = new McpHttpLimits(1_000, 1, SseLimits.DEFAULT);

    /** With HTTP+SSE on {@code /mcp}, too. */
    public McpHttpLimits(int softDeadlineMillis, int retryAfterSeconds, SseLimits streams) {
        this(softDeadlineMillis, retryAfterSeconds, streams, true, Priming.AUTO);
    }
}
