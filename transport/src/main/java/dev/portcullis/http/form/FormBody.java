package dev.portcullis.http.form;

import dev.portcullis.http.RequestHead;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code application/x-www-form-urlencoded}, read strictly (O-6, O-80): percent signs must be followed by two hexadecimal digits, names and values must be UTF-8
 * without NUL, sizes are bounded, repetitions are kept for the caller to judge. Stateless.
 */
public final class FormBody {
    /** Bytes of a whole form or query. */
    public static final int BYTES_MAX = 16 * 1024;

    /** Bytes of one name or value as sent. */
    public static final int PARAMETER_BYTES_MAX = 8 * 1024;

    /** Parameters in one form. */
    public static final int PARAMETERS_MAX = 100;

    private FormBody() {}

    /** Whether a request says, once, that its body is a form; parameters of the media type do not matter. */
    public static boolean isDeclaredBy(RequestHead head) {
        return head.hasMediaType("application/x-www-form-urlencoded");
    }

    /** @return name → values in the order sent; an empty body has none */
    public static Map<String, List<String>> parse(byte[] body) throws MalformedFormException {
        return parse(body, BYTES_MAX, PARAMETER_BYTES_MAX);
    }

    /**
     * The same with limits of its own, for a form of ours that carries what a whole query brought.
     *
     * @param bytesMax of the whole
     * @param parameterBytesMax of one name or value as sent
     */
    public static Map<String, List<String>> parse(byte[] body, int bytesMax, int parameterBytesMax)
            throws MalformedFormException {
        if (body.length > bytesMax) {
            throw new MalformedFormException("the form is too large");
        }
        var parameters = new LinkedHashMap<String, List<String>>();
        int count = 0;
        for (int start = 0; start < body.length; ) {
            int end = indexOf(body, '&', start, body.length);
            if (end > start) {
                if (++count > PARAMETERS_MAX) {
                    throw new MalformedFormException("the form has too many parameters");
                }
                int equals = indexOf(body, '=', start, end);
                String name = decode(body, start, equals, parameterBytesMax);
                String value = equals == end ? "" : decode(body, equals + 1, end, parameterBytesMax);
                parameters.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
            }
            start = end + 1;
        }
        return Collections.unmodifiableMap(parameters);
    }

    /** The same of a raw query. */
    public static Map<String, List<String>> parseQuery(String query) throws MalformedFormException {
        if (query.chars().anyMatch(c -> c > 0x7F)) {
            throw new MalformedFormException("a query must be ASCII");
        }
        return parse(query.getBytes(StandardCharsets.US_ASCII));
    }

    private static int indexOf(byte[] bytes, char c, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != c) {
            at++;
        }
        return at;
    }

    private static String decode(byte[] bytes, int from, int to, int bytesMax) throws MalformedFormException {
        if (to - from > bytesMax) {
            throw new MalformedFormException("a parameter is too large");
        }
        byte[] decoded = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == '%') {
                b = percentDecoded(bytes, i + 1, to);
                i += 2;
            } else if (b == '+') {
                b = ' ';
            }
            if (b == 0) {
                throw new MalformedFormException("a parameter has a NUL");
            }
            decoded[length++] = b;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(decoded, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFormException("a parameter is not UTF-8");
        }
    }

    private static byte percentDecoded(byte[] bytes, int at, int to) throws MalformedFormException {
        int high = at < to ? Character.digit(bytes[at], 16) : -1;
        int low = at + 1 < to ? Character.digit(bytes[at + 1], 16) : -1;
        if (high < 0 || low < 0) {
            throw new MalformedFormException("a percent sign is not followed by two hexadecimal digits");
        }
        return (byte) ((high << 4) | low);
    }
}
