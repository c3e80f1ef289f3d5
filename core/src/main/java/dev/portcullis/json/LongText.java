package dev.portcullis.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text of many bytes that arrives in parts: {@link JsonFeed} takes it apart into what is kept as bytes and the insides of its long strings, which become strings at once. So each
 * byte is kept but once, is looked at once, and what the long strings are is known before anybody asks. A part is copied into {@link #room}; the open long string is collected there as well,
 * without its escapes, so that a string that comes in few parts is copied once. Holds no more than twice what has arrived. One thread, from the first part to {@link #release}.
 *
 * <pre>
 * room:  │ collected of the open string │ the part that is being read │ free │
 *        collectedFrom           collectedTo, {@link #roomFrom}
 * </pre>
 */
public final class LongText {
    /** Rooms of this size are used again: one takes a large part, which is what a read from a socket gives at most, and a small one behind it. */
    private static final int POOLED_BYTES = 96 * 1024;

    private static final int POOLED_PER_THREAD = 16;
    private static final int FIRST_BYTES = 4 * 1024;

    /** What an escape may become, whose last byte comes with the next part. */
    private static final int CHARACTER_BYTES_MAX = 4;

    private static final byte[] NOTHING = {};
    private static final ThreadLocal<ArrayDeque<byte[]>> FREE = ThreadLocal.withInitial(ArrayDeque::new);

    private final int bytesExpected;
    private byte[] room = NOTHING;
    private int roomFrom;

    private byte[] kept = NOTHING;
    private int keptLength;
    private @Nullable LongStrings strings;

    /** Whether a long string is open. */
    private boolean open;

    private int openQuote;
    private int collectedFrom;
    private int collectedTo;

    /** Whether all that is collected is ASCII, and so needs no decoding. */
    private boolean isAscii;

    /** What was collected before and had no place any more; or only the string's beginning. */
    private final List<String> pieces = new ArrayList<>();

    /** @param bytesExpected size of the whole text */
    public LongText(int bytesExpected) {
        this.bytesExpected = bytesExpected;
    }

    /** Makes room for a part, which the caller copies into {@link #room} from {@link #roomFrom} on. The part before has been read. */
    public void makeRoom(int bytes) {
        if (bytes > room.length - roomFrom && open) {
            cut();
        }
        if (bytes > room.length - roomFrom) {
            byte[] larger = takeRoom(roomFrom + bytes);
            System.arraycopy(room, 0, larger, 0, roomFrom);
            giveBack(room);
            room = larger;
        }
    }

    /** @return where the next part belongs; another array after each {@link #makeRoom} */
    public byte[] room() {
        return room;
    }

    public int roomFrom() {
        return roomFrom;
    }

    private static byte[] takeRoom(int bytes) {
        if (bytes > POOLED_BYTES) {
            return new byte[bytes];
        }
        byte[] pooled = bytes > FIRST_BYTES ? FREE.get().pollFirst() : null;
        if (pooled != null) {
            return pooled;
        }
        return new byte[bytes >= POOLED_BYTES / 2 ? POOLED_BYTES : Math.max(bytes, FIRST_BYTES)];
    }

    private static void giveBack(byte[] room) {
        var free = FREE.get();
        if (room.length == POOLED_BYTES && free.size() < POOLED_PER_THREAD) {
            free.addFirst(room);
        }
    }

    /** No part comes any more: what was made of them stays. */
    public void release() {
        giveBack(room);
        room = NOTHING;
        roomFrom = 0;
    }

    /** Keeps bytes of the part as they are. @return where they stand among all that are kept */
    int keep(byte[] part, int from, int to) {
        int at = keptLength;
        int length = at + to - from;
        if (length > kept.length) {
            kept = Arrays.copyOf(kept, keptFor(length));
        }
        System.arraycopy(part, from, kept, at, to - from);
        keptLength = length;
        return at;
    }

    /** So that the last step ends with what is expected, if all of it is kept. */
    private int keptFor(int needed) {
        if (needed > bytesExpected) {
            return Math.max(needed, kept.length * 2);
        }
        int enough = bytesExpected;
        while (enough / 2 >= needed) {
            enough /= 2;
        }
        return enough;
    }

    boolean isOpen() {
        return open;
    }

    /**
     * A string turns out to be long. What stands in the room between its beginning and here has been kept as well.
     *
     * @param begin where its inside begins, if all of it is in the room and has no escape; else -1
     * @param at where it goes on
     * @param shown how many bytes of it have been kept
     */
    void open(int begin, int at, int shown) {
        open = true;
        openQuote = keptLength - shown - 1;
        collectedFrom = begin >= 0 ? begin : at;
        collectedTo = at;
        if (begin < 0) {
            collectBeginning(JsonCursor.decode(kept, openQuote + 1, keptLength));
        }
        isAscii = ByteWords.areAscii(room, collectedFrom, collectedTo);
    }

    /** What stands in the room before what is collected has been read, and is in nobody's way. */
    private void collectBeginning(String beginning) {
        byte[] bytes = beginning.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= collectedFrom) {
            collectedFrom -= bytes.length;
            System.arraycopy(bytes, 0, room, collectedFrom, bytes.length);
        } else {
            pieces.add(beginning);
        }
    }

    /**
     * Collects the inside of the long string.
     *
     * @return where it ends, or the part; or where a character stands that may not be there
     * @throws JsonException not UTF-8, a bad escape, half a surrogate pair
     */
    int collect(int from, int to, TextCheck check) {
        int at = from;
        while (at < to) {
            if (check.isPlain()) {
                at = collectWhole(at, to);
                if (at == to || room[at] == '"' || (room[at] >= 0 && room[at] < ' ')) {
                    return at;
                }
            }
            int character = check.step(room[at] & 0xFF);
            if (character == TextCheck.ITSELF) {
                isAscii &= room[at] >= 0;
                room[collectedTo++] = room[at];
            } else if (character >= 0) {
                collectCharacter(character);
            }
            at++;
        }
        return at;
    }

    /** Collects characters and escapes, several bytes at a time, as long as they are whole. @return where something else stands, or what is to be looked at closely */
    private int collectWhole(int from, int to) {
        int at = from;
        int begun;
        do {
            begun = at;
            int wide = ByteWords.endOfPrintable(room, at, to);
            int end = TextCheck.endOfWide(room, wide, to);
            isAscii &= wide == end;
            collectRun(at, end);
            at = end < to && room[end] == '\\' ? collectEscape(end, to) : end;
        } while (begun < at && at < to);
        return at;
    }

    private int collectEscape(int at, int to) {
        int character = TextCheck.escaped(room, at, to);
        if (character < 0) {
            return at;
        }
        int end = at + TextCheck.escapeBytes(room, at); // before it is written over
        collectCharacter(character);
        return end;
    }

    private void collectRun(int from, int to) {
        if (from != collectedTo && from < to) {
            System.arraycopy(room, from, room, collectedTo, to - from);
        }
        collectedTo += to - from;
    }

    private void collectCharacter(int character) {
        isAscii &= character < 0x80;
        collectedTo = JsonCursor.putUtf8(character, room, collectedTo);
    }

    /** The long string has ended. */
    void close() {
        pieces.add(collected(collectedTo));
        if (strings == null) {
            strings = new LongStrings();
        }
        strings.add(openQuote, pieces.size() == 1 ? pieces.getFirst() : String.join("", pieces));
        pieces.clear();
        open = false;
    }

    private String collected(int to) {
        var charset = isAscii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8; // the first is only copied
        return new String(room, collectedFrom, to - collectedFrom, charset);
    }

    /**
     * The part has been read.
     *
     * @param isPlain whether it did not end within a character
     */
    void endPart(boolean isPlain) {
        roomFrom = !open ? 0 : isPlain ? collectedTo : collectedTo + CHARACTER_BYTES_MAX;
    }

    /** Makes a piece of what is collected, but for the beginning of a character at its end. */
    private void cut() {
        int to = collectedTo;
        for (int i = collectedTo - 1; i >= collectedFrom && i > collectedTo - CHARACTER_BYTES_MAX; i--) {
            if (room[i] >= 0) {
                break;
            }
            if ((room[i] & 0xC0) == 0xC0) {
                to = i + length(room[i]) > collectedTo ? i : to;
                break;
            }
        }
        pieces.add(collected(to));
        isAscii = to == collectedTo;
        System.arraycopy(room, to, room, 0, collectedTo - to);
        collectedFrom = 0;
        collectedTo -= to;
        roomFrom -= to;
    }

    private static int length(byte lead) {
        return Integer.numberOfLeadingZeros(~(lead << 24));
    }

    /** @return how many bytes are kept as they came */
    public int keptLength() {
        return keptLength;
    }

    /** @return whether only white space is kept from there on */
    public boolean isSpaceFrom(int from) {
        return RawJson.isSpace(kept, from, keptLength);
    }

    /** The value that the text begins with, behind white space. */
    public RawJson first() {
        return RawJson.first(kept, keptLength);
    }

    /** @param from where the value stands among what is kept */
    public RawJson slice(int from, int to) {
        return RawJson.ofChecked(kept, from, to, strings);
    }
}
