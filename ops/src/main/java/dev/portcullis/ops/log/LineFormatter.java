package dev.portcullis.ops.log;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * One line a record: time (UTC), level, logger, message, and the exception if there is one. Message and exception are escaped and cut, so that no text of a peer can
 * look like a record of its own (T-114). The id of the request stands in the message of whoever logs.
 *
 * <pre>2026-11-21T09:30:00.123Z WARNING dev.portcullis.http.ErrorHandler request 5f3a: … | java.io.IOException: … at a.B.c(B.java:7) at …</pre>
 */
public final class LineFormatter extends Formatter {
    private static final int MESSAGE_CHARS_MAX = 4_096;
    private static final int CAUSE_CHARS_MAX = 512;
    private static final int FRAMES_MAX = 24;
    private static final int CAUSES_MAX = 4;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    @Override
    public String format(LogRecord record) {
        var line = new StringBuilder(160);
        TIME.formatTo(record.getInstant(), line);
        line.append(' ').append(level(record.getLevel())).append(' ').append(record.getLoggerName());
        String message = formatMessage(record);
        line.append(' ').append(Lines.escape(message == null ? "" : message, MESSAGE_CHARS_MAX));
        appendThrown(record.getThrown(), line);
        return line.append('\n').toString();
    }

    /** The names of System.Logger, which LOG_LEVEL has too. */
    private static String level(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (value >= Level.WARNING.intValue()) {
            return "WARNING";
        }
        if (value >= Level.INFO.intValue()) {
            return "INFO";
        }
        return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
    }

    private static void appendThrown(@Nullable Throwable thrown, StringBuilder line) {
        var cause = thrown;
        for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
            line.append(i == 0 ? " | " : " | caused by ").append(Lines.escape(cause.toString(), CAUSE_CHARS_MAX));
            var frames = cause.getStackTrace();
            for (int f = 0; f < Math.min(frames.length, FRAMES_MAX); f++) {
                line.append(" at ").append(frames[f]);
            }
            if (frames.length > FRAMES_MAX) {
                line.append(" and ").append(frames.length - FRAMES_MAX).append(" more");
            }
            cause = cause.getCause();
        }
    }
}
