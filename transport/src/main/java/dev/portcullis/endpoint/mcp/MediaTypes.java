package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.AcceptedType;
import dev.portcullis.http.RequestHead;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
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
    /** Streams alone. */
    static final MediaTypes STREAM = new MediaTypes(false, true);

    private static final MediaTypes BOTH = new MediaTypes(true, true);
    private static final String USUAL = "application/json, text/event-stream";

    /** Reads {@code Accept} (RFC 9110 §12.5.1); absent means anything. */
    static MediaTypes acceptedBy(RequestHead head) {
        List<String> fields = head.headerAll(HttpHeaderNames.ACCEPT);
        if (fields.isEmpty() || (fields.size() == 1 && fields.getFirst().equals(USUAL))) {
            return BOTH;
        }
        String accept = String.join(",", fields);
        if (accept.isBlank()) {
            return BOTH;
        }
        return new MediaTypes(
                AcceptedType.in(accept, "application", "json").weight() > 0,
                AcceptedType.in(accept, "text", "event-stream").weight() > 0);
    }

    /** @return whether {@code Accept} names streams, not just anything (H-6) */
    static boolean namesStream(RequestHead head) {
        var stream = AcceptedType.in(String.join(",", head.headerAll(HttpHeaderNames.ACCEPT)), "text", "event-stream");
        return stream.weight() > 0 && stream.precision() == AcceptedType.BY_NAME;
    }

    boolean isEmpty() {
        return !json && !stream;
    }

    /** @throws McpException NOT_ACCEPTABLE (H-14) */
    static void requireAcceptable(boolean acceptable, Telemetry telemetry) throws McpException {
        if (!acceptable) {
            telemetry.refused(Outcome.NOT_ACCEPTABLE);
            throw new McpException(McpError.NOT_ACCEPTABLE, "Accept application/json and text/event-stream");
        }
    }

    /** @throws McpException UNSUPPORTED_MEDIA_TYPE: the body is not JSON in UTF-8, or not plain (H-15) */
    static void requireJson(RequestHead head, Telemetry telemetry) throws McpException {
        if (!isJson(head)) {
            telemetry.refused(Outcome.BAD_MEDIA_TYPE);
            throw new McpException(
                    McpError.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json in UTF-8, not encoded");
        }
    }

    private static boolean isJson(RequestHead head) {
        if (head.headers().contains(HttpHeaderNames.CONTENT_ENCODING)
                && !head.headerAll(HttpHeaderNames.CONTENT_ENCODING).stream()
                        .allMatch(encoding -> encoding.strip().equalsIgnoreCase("identity"))) {
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
