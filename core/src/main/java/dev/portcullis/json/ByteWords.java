package dev.portcullis.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks at eight bytes at a time: most of a JSON text is the inside of strings, where nothing happens. */
final class ByteWords {
    /** The highest bit of each byte. */
    static final long HIGH_BITS = 0x8080808080808080L;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long BACKSLASHES = '\\' * LOW_BITS;
    private static final long QUOTES = '"' * LOW_BITS;
    private static final long SPACES = ' ' * LOW_BITS;
    private static final long DELETES = 0x7F * LOW_BITS;

    /** So far blocks are not worth it. */
    private static final int NEAR_BYTES = 64;

    private static final int BLOCK_BYTES = 512;

    private ByteWords() {}

    /** @return the eight bytes from there on, the first one lowest */
    static long at(byte[] bytes, int from) {
        return (long) LONGS.get(bytes, from);
    }

    /** @return a word whose lowest high bit that is set stands in the first byte that is zero; none is set if there is no such byte */
    private static long zeros(long word) {
        return (word - LOW_BITS) & ~word;
    }

    /** The same of backslashes. */
    static long backslashes(long word) {
        return zeros(word ^ BACKSLASHES);
    }

    private static long quotes(long word) {
        return zeros(word ^ QUOTES);
    }

    private static long quotesOrBackslashes(long word) {
        return quotes(word) | backslashes(word);
    }

    /** There must be one. */
    static int indexOfQuoteOrBackslash(byte[] bytes, int from) {
        int i = from;
        while (i + 32 <= bytes.length
                && ((quotesOrBackslashes(at(bytes, i))
                                        | quotesOrBackslashes(at(bytes, i + 8))
                                        | quotesOrBackslashes(at(bytes, i + 16))
                                        | quotesOrBackslashes(at(bytes, i + 24)))
                                & HIGH_BITS)
                        == 0) {
            i += 32;
        }
        while (i + 8 <= bytes.length) {
            long found = quotesOrBackslashes(at(bytes, i)) & HIGH_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >> 3);
            }
            i += 8;
        }
        while (bytes[i] != '"' && bytes[i] != '\\') {
            i++;
        }
        return i;
    }

    /** @return where the first backslash is; {@code to} if there is none */
    static int indexOfBackslash(byte[] bytes, int from, int to) {
        int i = from;
        while (i + 8 <= to) {
            long found = backslashes(at(bytes, i)) & HIGH_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >> 3);
            }
            i += 8;
        }
        while (i < to && bytes[i] != '\\') {
            i++;
        }
        return i;
    }

    /** @return where the first quote is; {@code to} if there is none */
    static int indexOfQuote(byte[] bytes, int from, int to) {
        int i = from;
        while (i + 8 <= to) {
            long found = quotes(at(bytes, i)) & HIGH_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >> 3);
            }
            i += 8;
        }
        while (i < to && bytes[i] != '"') {
            i++;
        }
        return i;
    }

    /** @return where the first quote, backslash or control character is; {@code to} if there is none */
    static int endOfPlain(byte[] bytes, int from, int to) {
        int i = from;
        while (i + 8 <= to) {
            long word = at(bytes, i);
            long controls = (word - SPACES) & ~word;
            long found = (quotes(word) | backslashes(word) | controls) & HIGH_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >> 3);
            }
            i += 8;
        }
        while (i < to && bytes[i] != '"' && bytes[i] != '\\' && (bytes[i] < 0 || bytes[i] >= ' ')) {
            i++;
        }
        return i;
    }

    static boolean areAscii(byte[] bytes, int from, int to) {
        int all = 0;
        for (int i = from; i < to; i++) {
            all |= bytes[i];
        }
        return all >= 0;
    }

    /** @return where the first byte is that is a quote, a backslash or not printable ASCII; {@code to} if there is none */
    static int endOfPrintable(byte[] bytes, int from, int to) {
        int near = endOfPrintableWords(bytes, from, Math.min(from + NEAR_BYTES, to));
        return near < from + NEAR_BYTES ? near : endOfPrintableBlocks(bytes, near, to);
    }

    private static int endOfPrintableWords(byte[] bytes, int from, int to) {
        int i = from;
        while (i + 8 <= to) {
            long word = at(bytes, i);
            long controls = (word - SPACES) & ~word;
            long found = (quotes(word) | backslashes(word) | controls | word) & HIGH_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >> 3);
            }
            i += 8;
        }
        while (i < to && bytes[i] >= ' ' && bytes[i] != '"' && bytes[i] != '\\') {
            i++;
        }
        return i;
    }

    private static int endOfPrintableBlocks(byte[] bytes, int from, int to) {
        int i = from;
        while (i + BLOCK_BYTES <= to && isPrintableBlock(bytes, i)) {
            i += BLOCK_BYTES;
        }
        return endOfPrintableWords(bytes, i, to);
    }

    /** Whether there is no such byte in the next {@link #BLOCK_BYTES}. Nothing leaves the loop early, so that the compiler takes several words at a time. */
    private static boolean isPrintableBlock(byte[] bytes, int from) {
        long odd = 0;
        for (int i = 0; i < BLOCK_BYTES; i += 8) {
            long word = at(bytes, from + i);
            // Of a byte whose own highest bit is not set a difference sets it only if the byte is what is looked for.
            odd |= word | (word - SPACES) | ((word ^ QUOTES) - LOW_BITS) | ((word ^ BACKSLASHES) - LOW_BITS);
        }
        return (odd & HIGH_BITS) == 0;
    }

    /** @return where the first byte of ASCII is that a writer escapes: a quote, a backslash or a control character, DEL among them; {@code to} if there is none */
    static int endOfUnescaped(byte[] bytes, int from, int to) {
        int i = from;
        while (i + BLOCK_BYTES <= to && isUnescapedBlock(bytes, i)) {
            i += BLOCK_BYTES;
        }
        while (i + 8 <= to) {
            long word = at(bytes, i);
            long controls = (word - SPACES) & ~word;
            long found = (quotes(word) | backslashes(word) | controls | zeros(word ^ DELETES)) & HIGH_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >> 3);
            }
            i += 8;
        }
        while (i < to && !isEscaped(bytes[i])) {
            i++;
        }
        return i;
    }

    /** Whether a writer escapes this character. */
    static boolean isEscaped(int c) {
        return c < ' ' || c == 0x7F || c == '"' || c == '\\';
    }

    private static boolean isUnescapedBlock(byte[] bytes, int from) {
        long odd = 0;
        for (int i = 0; i < BLOCK_BYTES; i += 8) {
            long word = at(bytes, from + i);
            odd |= (word - SPACES)
                    | ((word ^ QUOTES) - LOW_BITS)
                    | ((word ^ BACKSLASHES) - LOW_BITS)
                    | ((word ^ DELETES) - LOW_BITS);
        }
        return (odd & HIGH_BITS) == 0;
    }
}
