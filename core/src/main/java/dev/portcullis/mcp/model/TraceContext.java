package dev.portcullis.mcp.model;

import org.jspecify.annotations.Nullable;

/**
 * Where in a distributed trace a request stands (W3C Trace Context and Baggage), as {@code _meta} bore it (H-198): well-formed and short, or absent. Never a reason to trust.
 *
 * @param traceparent {@code version-traceid-parentid-flags}
 */
public record TraceContext(
        @Nullable String traceparent,
        @Nullable String tracestate,
        @Nullable String baggage) {
    /** No trace. */
    public static final TraceContext NONE = new TraceContext(null, null, null);
}
