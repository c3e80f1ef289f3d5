package dev.portcullis.mcp.dispatch;

import java.util.regex.Pattern;

/** Takes what looks like a token out of a log message, whatever its author was thinking (T-43): our own, signed ones (JWS), and what stands behind {@code Bearer}. */
final class LogRedaction {
    /** No part gives back what it took, and a signed token is looked for at the begin of a word alone: time is linear. */
    private static final Pattern TOKEN = Pattern.compile("mcp(?:at|rt|ac)\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}"
            + "|(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]++(?:\\.[A-Za-z0-9_-]*+)?+"
            + "|(?<![A-Za-z])[Bb]earer [A-Za-z0-9._~+/=-]{16,}+");

    private LogRedaction() {}

    static String of(String text) {
        return TOKEN.matcher(text).replaceAll("[token]");
    }
}
