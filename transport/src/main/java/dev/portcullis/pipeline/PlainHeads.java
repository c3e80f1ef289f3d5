package dev.portcullis.pipeline;

import dev.portcullis.http.HttpLimits;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads heads as almost all clients send them, in one pass: there at once, of one of the usual methods, HTTP/1.1, a target and values of visible ASCII, each line ended by CR
 * LF and none folded, the body announced by one plain Content-Length or none. Whatever is different in any way is not judged here: it gets no answer, and Netty's decoder
 * reads it. So nothing is accepted that it would refuse or would take for something else. Event loop only.
 */
final class PlainHeads {
    /** Longer heads are left to the decoder; so they fit in 16 bits. */
    static final int HEAD_BYTES_MAX = 4 * 1024;

    static final int FIELDS_MAX = 64;

    private static final List<HttpMethod> METHODS = List.of(HttpMethod.POST, HttpMethod.GET, HttpMethod.DELETE);
    private static final byte[][] METHOD_WORDS =
            METHODS.stream().map(method -> ascii(method.name() + " ")).toArray(byte[][]::new);
    private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
    private static final int LENGTH_DIGITS_MAX = 9;

    /** Fields that say something about where a message ends, or want something before it does. */
    private static final AsciiString[] UNUSUAL = {
        HttpHeaderNames.TRANSFER_ENCODING,
        HttpHeaderNames.EXPECT,
        HttpHeaderNames.UPGRADE,
        HttpHeaderNames.TRAILER,
        HttpHeaderNames.SEC_WEBSOCKET_KEY1,
        HttpHeaderNames.SEC_WEBSOCKET_KEY2,
    };

    private static final boolean[] TOKEN = characters("!#$%&'*+-.^_`|~", '0', '9', 'A', 'Z', 'a', 'z');
    private static final boolean[] VISIBLE = characters("", '!', '~');
    private static final boolean[] TEXT = characters("\t", ' ', '~');

    /** Where an event loop reads a head before it is known to be one. */
    private static final FastThreadLocal<PlainHeads> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected PlainHeads initialValue() {
            return new PlainHeads();
        }
    };

    private final byte[] bytes = new byte[HEAD_BYTES_MAX];
    private final int[] hashes = new int[FIELDS_MAX];
    private final long[] places = new long[FIELDS_MAX];
    private int length;
    private int at;
    private int count;
    private int bodyBytes;

    private PlainHeads() {}

    /**
     * @param in begins with a request; nothing is taken from it
     * @param before the request before it on the connection
     * @return null if there is anything unusual
     */
    static @Nullable PlainRequest read(ByteBuf in, @Nullable PlainRequest before, HttpLimits limits) {
        return OF_THREAD.get().parse(in, before, limits);
    }

    private @Nullable PlainRequest parse(ByteBuf in, @Nullable PlainRequest before, HttpLimits limits) {
        length = Math.min(in.readableBytes(), HEAD_BYTES_MAX);
        in.getBytes(in.readerIndex(), bytes, 0, length);
        if (before != null && before.isAgainIn(bytes, length)) {
            return before;
        }
        at = 0;
        count = 0;
        bodyBytes = -1;
        int method = method();
        if (method < 0) {
            return null;
        }
        int from = at;
        if (!skip(VISIBLE) || at == from || at + VERSION.length - 2 > limits.requestLineBytesMax()) {
            return null;
        }
        int to = at;
        if (!take(VERSION) || !fields() || at > limits.headerBytesMax()) {
            return null;
        }
        byte[] head = Arrays.copyOf(bytes, at);
        return new PlainRequest(
                METHODS.get(method),
                new String(head, from, to - from, StandardCharsets.ISO_8859_1),
                new HeadFields(head, hashes, places, count),
                head,
                Math.max(bodyBytes, 0));
    }

    private int method() {
        for (int i = 0; i < METHOD_WORDS.length; i++) {
            if (take(METHOD_WORDS[i])) {
                return i;
            }
        }
        return -1;
    }

    /** All lines up to the empty one, and that too. */
    private boolean fields() {
        while (at < length && bytes[at] != '\r') {
            if (count == FIELDS_MAX || !field()) {
                return false;
            }
        }
        return takeLineEnd();
    }

    private boolean field() {
        int nameFrom = at;
        if (!skip(TOKEN) || at == nameFrom || bytes[at] != ':') {
            return false;
        }
        int nameTo = at;
        at++;
        while (at < length && isSpace(bytes[at])) {
            at++;
        }
        int valueFrom = at;
        if (!skip(TEXT)) {
            return false;
        }
        int valueTo = at;
        while (valueTo > valueFrom && isSpace(bytes[valueTo - 1])) {
            valueTo--;
        }
        if (!takeLineEnd()) {
            return false;
        }
        hashes[count] = HeadFields.hash(bytes, nameFrom, nameTo);
        places[count] = HeadFields.place(nameFrom, nameTo, valueFrom, valueTo);
        count++;
        return isUsual(hashes[count - 1], nameFrom, nameTo, valueFrom, valueTo);
    }

    /** A hash that only looks like one of those costs the decoder's time, no more. */
    private boolean isUsual(int hash, int nameFrom, int nameTo, int valueFrom, int valueTo) {
        for (AsciiString unusual : UNUSUAL) {
            if (unusual.hashCode() == hash) {
                return false;
            }
        }
        return hash != HttpHeaderNames.CONTENT_LENGTH.hashCode()
                || (new AsciiString(bytes, nameFrom, nameTo - nameFrom, false)
                                .contentEqualsIgnoreCase(HttpHeaderNames.CONTENT_LENGTH)
                        && isOneLength(valueFrom, valueTo));
    }

    private boolean isOneLength(int from, int to) {
        if (bodyBytes >= 0 || from == to || to - from > LENGTH_DIGITS_MAX) {
            return false;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return false;
            }
            value = 10 * value + bytes[i] - '0';
        }
        bodyBytes = value;
        return true;
    }

    private boolean takeLineEnd() {
        if (at + 1 >= length || bytes[at] != '\r' || bytes[at + 1] != '\n') {
            return false;
        }
        at += 2;
        return true;
    }

    private boolean take(byte[] word) {
        if (length - at < word.length || !Arrays.equals(bytes, at, at + word.length, word, 0, word.length)) {
            return false;
        }
        at += word.length;
        return true;
    }

    /** @return whether something comes behind what was skipped */
    private boolean skip(boolean[] characters) {
        int i = at;
        while (i < length && characters[bytes[i] & 0xFF]) {
            i++;
        }
        at = i;
        return i < length;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }

    /** @param ranges first and last of each */
    private static boolean[] characters(String some, char... ranges) {
        var characters = new boolean[256];
        some.chars().forEach(c -> characters[c] = true);
        for (int i = 0; i < ranges.length; i += 2) {
            Arrays.fill(characters, ranges[i], ranges[i + 1] + 1, true);
        }
        return characters;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
