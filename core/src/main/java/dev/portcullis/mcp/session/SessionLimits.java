package dev.portcullis.mcp.session;

/**
 * Limits of sessions.
 *
 * @param lifeSeconds how long a session lives at most (H-107)
 * @param idleSeconds how long a session of which something is remembered may rest; an open stream is no rest
 * @param openedMax sessions whose unsealed ids are kept at hand, about 500 bytes each; more cost a decryption per request
 * @param endedMax ended sessions remembered until they would have expired; beyond, the oldest are forgotten and would live again, for their owner alone
 * @param rememberedMax sessions of which something is remembered (T-32)
 * @param rememberedPerPersonMax of them, one person's; beyond, the one that has rested longest ends
 * @param subscriptionsMax resources that one session follows
 * @param streamsMax streams open at a time, those of running calls aside (T-32)
 * @param streamsPerPersonMax of them, one person's
 * @param events what is kept of streams
 */
public record SessionLimits(
        int lifeSeconds,
        int idleSeconds,
        int openedMax,
        int endedMax,
        int rememberedMax,
        int rememberedPerPersonMax,
        int subscriptionsMax,
        int streamsMax,
        int streamsPerPersonMax,
        EventLimits events) {
    public static final SessionLimits DEFAULT = new SessionLimits(
            24 * 60 * 60, 30 * 60, 100_000, 100_000, 100_000, 200, 256, 100_000, 100, EventLimits.DEFAULT);

    /** These limits, with other limits of streams, and room for the sessions that open them. */
    public SessionLimits withStreams(int most, int perPersonMax) {
        return new SessionLimits(
                lifeSeconds,
                idleSeconds,
                openedMax,
                endedMax,
                Math.max(rememberedMax, most),
                Math.max(rememberedPerPersonMax, 2 * perPersonMax),
                subscriptionsMax,
                most,
                perPersonMax,
                events);
    }
}
