package dev.portcullis.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Objects that come again and again, as what clients say of themselves with each request: an object is recognised by its bytes, all of them, and what was found out about those bytes is not
 * found out again. So nothing may be noted that depends on anything else: not on who sent them, when, or on which connection. Few and short ones are kept, the oldest goes first.
 * One table for each thread.
 */
public final class FamiliarObjects {
    /** Longer ones are not kept. */
    public static final int BYTES_MAX = 512;

    /** One for each kind of client that is busy, roughly. */
    private static final int OBJECTS_MAX = 8;

    private static final ThreadLocal<FamiliarObjects> OF_THREAD = ThreadLocal.withInitial(FamiliarObjects::new);

    private final @Nullable Familiar[] kept = new Familiar[OBJECTS_MAX];
    private int last;
    private int oldest;

    /**
     * One of them.
     *
     * @param note what is known about them
     */
    record Familiar(byte[] bytes, Object note) {
        boolean isAt(byte[] text, int from, int to) {
            return to - from >= bytes.length && Arrays.equals(text, from, from + bytes.length, bytes, 0, bytes.length);
        }
    }

    private FamiliarObjects() {}

    static FamiliarObjects ofThread() {
        return OF_THREAD.get();
    }

    /** @return what begins there: an object ends where its first bracket is closed, so that a beginning that is one is all of it; null if it was not kept */
    @Nullable
    Familiar at(byte[] text, int from, int to) {
        var same = kept[last];
        if (same != null && same.isAt(text, from, to)) {
            return same;
        }
        for (int i = 0; i < OBJECTS_MAX; i++) {
            var other = kept[i];
            if (other != null && i != last && other.isAt(text, from, to)) {
                last = i;
                return other;
            }
        }
        return null;
    }

    /**
     * Keeps an object of no more than {@link #BYTES_MAX}: {@link JsonCursor#familiar} gives the note.
     *
     * @param object with an array of its own, as {@link RawJson#copy} makes it, which the note may use
     */
    public static void keep(RawJson object, Object note) {
        ofThread().add(new Familiar(object.wholeArray(), note));
    }

    private void add(Familiar object) {
        kept[oldest] = object;
        last = oldest;
        oldest = (oldest + 1) % OBJECTS_MAX;
    }
}
