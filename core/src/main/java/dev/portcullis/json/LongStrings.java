package dev.portcullis.json;

import java.util.Arrays;

/**
 * The strings of one text that are kept apart from it, since they are long: of each only the beginning stands in the bytes, so that whoever steps over it has little to
 * step over, and whoever reads it has it. Written by the thread that reads the text, before others see it.
 */
final class LongStrings {
    private int[] quotes = new int[2];
    private String[] strings = new String[2];
    private int count;

    /** @param quote where the opening quote stands, behind those of all strings before */
    void add(int quote, String string) {
        if (count == quotes.length) {
            quotes = Arrays.copyOf(quotes, count * 2);
            strings = Arrays.copyOf(strings, count * 2);
        }
        quotes[count] = quote;
        strings[count++] = string;
    }

    /** @return the first string whose opening quote does not stand before this; {@link #count} if there is none */
    int firstFrom(int at) {
        int index = Arrays.binarySearch(quotes, 0, count, at);
        return index >= 0 ? index : -index - 1;
    }

    /** @return -1 if the string that begins there is not kept apart */
    int indexOf(int quote) {
        return Arrays.binarySearch(quotes, 0, count, quote);
    }

    int count() {
        return count;
    }

    int quote(int index) {
        return quotes[index];
    }

    String string(int index) {
        return strings[index];
    }
}
