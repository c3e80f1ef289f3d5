package dev.portcullis.mcp.session;

import java.util.concurrent.ThreadLocalRandom;

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
        long millis = Math.min(mostMillis, (long) firstMillis << Math.min(failures, 20));
        try {
            Thread.sleep(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
