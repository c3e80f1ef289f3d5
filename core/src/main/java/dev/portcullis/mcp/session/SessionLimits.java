package dev.portcullis.mcp.session;

/**
 * Limits of sessions.
 *
 * @param lifeSeconds how long a session lives at most (H-107)
 * @param openedMax sessions whose unsealed ids are kept at hand; more cost a decryption per request
 * @param endedMax ended sessions remembered until they would have expired; beyond, the oldest are forgotten and would live again, for their owner alone
 * @param streamsMax standalone streams open at a time (T-32)
 * @param streamsPerOwnerMax of them, one person's through one client
 */
public record SessionLimits(int lifeSeconds, int openedMax, int endedMax, int streamsMax, int streamsPerOwnerMax) {
    public static final SessionLimits DEFAULT = new SessionLimits(24 * 60 * 60, 10_000, 100_000, 100_000, 100);
}
