package dev.portcullis.redis;

import dev.portcullis.crypto.Randoms;
import java.nio.ByteBuffer;

/** Waits between attempts, such that nodes that failed together do not come back together. */
public final class Jitter {
    private static final int DOUBLINGS_MAX = 16;

    private Jitter() {}

    /**
     * @param failures how many attempts have failed before this wait
     * @return at random, between half of a bound and the bound; it begins with {@code first} and doubles up to {@code most}
     */
    public static int delayMillis(int first, int most, int failures) {
        int bound = (int) Math.min(most, (long) first << Math.min(failures, DOUBLINGS_MAX));
        return bound / 2
                + Math.floorMod(ByteBuffer.wrap(Randoms.bytes(Integer.BYTES)).getInt(), bound / 2 + 1);
    }
}
