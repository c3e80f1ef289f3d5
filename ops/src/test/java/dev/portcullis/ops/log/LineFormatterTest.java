package dev.portcullis.ops.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** T-114: one record is one line, whatever a peer put into it. */
class LineFormatterTest {
    private final LineFormatter formatter = new LineFormatter();

    @Test
    void formatWhenPlainThenHasTimeLevelLoggerAndMessage() {
        assertThat(formatter.format(record(Level.WARNING, "request abc failed")))
                .isEqualTo("2026-11-21T09:30:00.123Z WARNING dev.portcullis.Test request abc failed\n");
    }

    @Test
    void formatWhenMessageHasLineBreaksAndEscapesThenStaysOneLine() {
        var line = formatter.format(record(Level.INFO, "name=x\r\n2026 ERROR forged\u001B[31m\u2028\u202E\u0085\\"));

        assertThat(line).endsWith(" name=x\\r\\n2026 ERROR forged\\u001b[31m\\u2028\\u202e\\u0085\\\\\n");
        assertThat(line.lines()).hasSize(1);
    }

    @Test
    void formatWhenParametersAreGivenThenPutsThemInEscaped() {
        var record = record(Level.INFO, "{0} cannot be fetched");
        record.setParameters(new Object[] {"a\nb"});

        assertThat(formatter.format(record)).endsWith(" a\\nb cannot be fetched\n");
    }

    @Test
    void formatWhenThereIsAnExceptionThenItIsOnTheSameLineWithItsCause() {
        var record = record(Level.SEVERE, "failed");
        record.setThrown(new IllegalStateException("outer\nline", new java.io.IOException("inner")));

        var line = formatter.format(record);

        assertThat(line)
                .contains(" ERROR ", " | java.lang.IllegalStateException: outer\\nline at dev.portcullis.ops.log.")
                .contains(" | caused by java.io.IOException: inner at ");
        assertThat(line.lines()).hasSize(1);
    }

    @Test
    void formatWhenMessageIsHugeThenCutsIt() {
        assertThat(formatter.format(record(Level.INFO, "x".repeat(1_000_000))).length())
                .isLessThan(5_000);
    }

    @Test
    void formatWhenExceptionCausesItselfInACircleThenEnds() {
        var outer = new IllegalStateException("a");
        outer.initCause(new IllegalStateException("b", outer));
        var record = record(Level.INFO, "x");
        record.setThrown(outer);

        assertThat(formatter.format(record).lines()).hasSize(1);
    }

    private static LogRecord record(Level level, String message) {
        var record = new LogRecord(level, message);
        record.setLoggerName("dev.portcullis.Test");
        record.setInstant(Instant.parse("2026-11-21T09:30:00.123Z"));
        return record;
    }
}
