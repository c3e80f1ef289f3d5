package dev.portcullis.mcp.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How much a log message matters (MCP {@code LoggingLevel}, RFC 5424 §6.2.1); in rising order. */
public enum LogLevel {
    DEBUG,
    INFO,
    NOTICE,
    WARNING,
    ERROR,
    CRITICAL,
    ALERT,
    EMERGENCY;

    private final String text = name().toLowerCase(Locale.ROOT);

    /** @return the level of this name on the wire; null if there is none */
    public static @Nullable LogLevel of(String text) {
        for (var level : values()) {
            if (level.text.equals(text)) {
                return level;
            }
        }
        return null;
    }

    /** @return the name on the wire */
    public String text() {
        return text;
    }

    /** @return whether a message of this level is for somebody who asked for {@code least} and above */
    public boolean reaches(LogLevel least) {
        return compareTo(least) >= 0;
    }
}
