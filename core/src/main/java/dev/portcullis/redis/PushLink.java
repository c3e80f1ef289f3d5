package dev.portcullis.redis;

import java.util.function.Consumer;

/**
 * What masters push to this process: words published by scripts, in the same step as the change that they tell of. For each master there is a connection of its own, and each is asked
 * again and again whether it is there: an answer proves that all that was published before has been heard. Any thread.
 */
public interface PushLink {
    /**
     * Hears all that is published on a channel from now on. Called by one thread at a time, in the order of each master; must not block.
     *
     * @param channel without the prefix of keys, which is added
     */
    void listen(String channel, Consumer<byte[]> listener);

    /** Runs whenever something may have been missed: a connection was lost and is there again, or there is a new master. What was read before is not to be relied on. */
    void onGap(Runnable gap);

    /**
     * Until when all that was published has been heard. Does not block, and costs one read.
     *
     * @return milliseconds of {@link System#currentTimeMillis}: grows as long as all masters answer
     */
    long heardMillis();
}
