package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.RequestHead;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import java.util.Locale;

/**
 * What a client takes as an answer (H-14).
 *
 * @param json {@code application/json}
 * @param stream {@code text/event-stream}
 */
record MediaTypes(boolean json, boolean stream) {
    private static final MediaTypes BOTH = new MediaTypes(true, true);
    private static final String USUAL = "application/json, text/event-stream";

    /** Reads {@code Accept} (RFC 9110 §12.5.1); absent means anything. */
    static MediaTypes acceptedBy(RequestHead head) {
        List<String> fields = head.headerAll(HttpHeaderNames.ACCEPT);
        if (fields.isEmpty() || (fields.size() == 1 && fields.getFirst().equals(USUAL))) {
            return BOTH;
        }
        boolean json = false;
        boolean stream = false;
        for (String range : String.join(",", fields).split(",", -1)) {
            String[] parts = range.split(";", -1);
            if (!isRefused(parts)) {
                String type = parts[0].strip().toLowerCase(Locale.ROOT);
                json |= type.equals("application/json") || type.equals("application/*") || type.equals("*/*");
                stream |= type.equals("text/event-stream") || type.equals("text/*") || type.equals("*/*");
            }
        }
        return new MediaTypes(json, stream);
    }

    private static boolean isRefused(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].strip().toLowerCase(Locale.ROOT).matches("q=0(\\.0{0,3})?")) {
                return true;
            }
        }
        return false;
    }

    boolean isEmpty() {
        return !json && !stream;
    }

    /** @return whether the body is JSON in UTF-8, and plain (H-15) */
    static boolean isJson(RequestHead head) {
        String encoding = head.header(HttpHeaderNames.CONTENT_ENCODING);
        if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
            return false;
        }
        List<String> fields = head.headerAll(HttpHeaderNames.CONTENT_TYPE);
        if (fields.size() != 1) {
            return false;
        }
        String type = fields.getFirst();
        return type.equals("application/json")
                || isJson(type.toLowerCase(Locale.ROOT).split(";", -1));
    }

    private static boolean isJson(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("charset=") && !parameter.matches("charset=\"?utf-?8\"?")) {
                return false;
            }
        }
        return parts[0].strip().equals("application/json");
    }
}
