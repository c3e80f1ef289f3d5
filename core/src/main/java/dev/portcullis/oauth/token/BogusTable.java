package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for a moment which tokens the store did not know, so that a flood of the same bogus tokens does not reach it. Each hash has two slots beside each other and
 * takes the one that was taken longest ago, so that two tokens which come in turns do not drive each other out. The size never grows, and whoever grinds for
 * collisions only makes this table forget. Any thread, no locks.
 */
final class BogusTable {
    private final AtomicReferenceArray<@Nullable Bogus> slots;
    private final long lifeMillis;

    /**
     * @param slotsMax rounded up to a power of two, 2 at the least
     * @param lifeMillis how long a token is remembered; short, since a token unknown here may become known only by a fault elsewhere (a lagging replica)
     */
    BogusTable(int slotsMax, long lifeMillis) {
        slots = new AtomicReferenceArray<>(Integer.highestOneBit(Math.max(1, slotsMax - 1)) << 1);
        this.lifeMillis = lifeMillis;
    }

    boolean contains(TokenHash hash, long nowMillis) {
        int slot = slotOf(hash);
        return isAt(slot, hash, nowMillis) || isAt(slot ^ 1, hash, nowMillis);
    }

    private boolean isAt(int slot, TokenHash hash, long nowMillis) {
        Bogus bogus = slots.get(slot);
        if (bogus == null || !bogus.hash.equals(hash)) {
            return false;
        }
        long ageMillis = nowMillis - bogus.sinceMillis;
        return ageMillis >= 0
                && ageMillis < lifeMillis; // a clock set back makes it forget, never remember longer (T-116)
    }

    void add(TokenHash hash, long nowMillis) {
        int slot = slotOf(hash);
        int other = slot ^ 1;
        boolean isOtherOlder = since(other) < since(slot);
        slots.set(isOtherOlder ? other : slot, new Bogus(hash, nowMillis));
    }

    /** @return when the slot was taken; before all times if it is free */
    private long since(int slot) {
        Bogus bogus = slots.get(slot);
        return bogus == null ? Long.MIN_VALUE : bogus.sinceMillis;
    }

    private int slotOf(TokenHash hash) {
        return (int) hash.b() & (slots.length() - 1);
    }

    private record Bogus(TokenHash hash, long sinceMillis) {}
}
