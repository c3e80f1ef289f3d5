package dev.portcullis.redis;

/**
 * @param signMillis between signs of life
 * @param goneMillis without a sign, after which a node has gone
 * @param inboxMillis that words to a node are kept when it does not read them
 * @param keptMillis that words to all are kept
 * @param keptMax words that a stream keeps, about
 * @param waitingMax words that wait here to be sent
 * @param waitingBytesMax bytes that wait here to be sent
 */
public record BusLimits(
        int signMillis,
        int goneMillis,
        int inboxMillis,
        int keptMillis,
        int keptMax,
        int waitingMax,
        int waitingBytesMax) {
    public static final BusLimits DEFAULT = new BusLimits(1_000, 5_000, 60_000, 600_000, 10_000, 10_000, 64 << 20);
}
