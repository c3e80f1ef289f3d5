package dev.portcullis.mcp.dispatch;

/**
 * Limits of calls.
 *
 * @param timeoutMillisMax no tool gets longer, whatever it asks for
 * @param callsPerPersonMax running at a time for one person, inline ones aside (T-112)
 * @param listTtlMillis how long a client of a stateless revision may keep lists and the discovery (H-95)
 */
public record CallLimits(int timeoutMillisMax, int callsPerPersonMax, int listTtlMillis) {
    public static final CallLimits DEFAULT = new CallLimits(60_000, 32, 60_000);
}
