package dev.portcullis.mcp.session;

import dev.portcullis.redis.Jitter;

/**
 * How long to wait until something that failed is tried again: twice as long each time, and up to half of it by chance, so that not all who wait come back at once.
 *
 * @param firstMillis after the first failure
 * @param mostMillis after many
 */
record Backoff(int firstMillis, int mostMillis) {
    /**
     * Waits; not for event loops.
     *
     * @param failures before this one
     */
    void pause(int failures) {
        try {
            Thread.sleep(Jitter.delayMillis(firstMillis, mostMillis, failures));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
