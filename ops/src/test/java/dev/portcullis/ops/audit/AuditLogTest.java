package dev.portcullis.ops.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.AuditEvent.What;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** O-181, T-114. */
class AuditLogTest {
    private static final InstantSource CLOCK = () -> Instant.parse("2026-11-22T03:40:00Z");

    @TempDir
    Path folder;

    private static String line(AuditEvent event) {
        return new String(AuditLine.of(event, CLOCK.instant()), StandardCharsets.UTF_8);
    }

    @Test
    void lineWhenEventHasEverythingThenSaysItWithHashedIds() {
        var event = AuditEvent.of(What.GRANT_REVOKED)
                .client("client-canary")
                .grant("grant-canary")
                .person("person-canary")
                .detail("by the person");
        assertThat(line(event))
                .isEqualTo("{\"time\":\"2026-11-22T03:40:00.000Z\",\"event\":\"grant_revoked\",\"outcome\":\"ok\","
                        + "\"client\":\"" + AuditLog.nameOf("client-canary") + "\",\"grant\":\""
                        + AuditLog.nameOf("grant-canary") + "\",\"person\":\"" + AuditLog.nameOf("person-canary")
                        + "\",\"detail\":\"by the person\"}\n");
        // As sha256sum says it.
        assertThat(AuditLog.nameOf("abc")).isEqualTo("ba7816bf8f01cfea");
    }

    /** T-114: whatever a text holds, it stays within its line. */
    @Test
    void lineWhenTextIsHostileThenIsStillOneLine() {
        String hostile = "x\r\n{\"event\":\"forged\"}\u001B[31m\u2028\u202E" + "y".repeat(1_000);
        String line = line(AuditEvent.of(What.SIGN_IN).failed(hostile));
        assertThat(line.lines()).hasSize(1);
        assertThat(line)
                .doesNotContain("\u001B", "\u2028", "\u202E", "\"forged\"")
                .hasSizeLessThan(500);
        assertThat(line).contains("\"outcome\":\"failed\"");
    }

    @Test
    void fileWhenItIsRenamedTruncatedOrRemovedThenLinesGoOn() throws Exception {
        Path file = folder.resolve("deep/audit.jsonl");
        try (var destination = AuditFile.open(file)) {
            destination.write("one\n".getBytes(StandardCharsets.UTF_8));
            Path rotated = folder.resolve("deep/audit.jsonl.1");
            Files.move(file, rotated);
            destination.write("two\n".getBytes(StandardCharsets.UTF_8));
            assertThat(rotated).hasContent("one");
            assertThat(file).hasContent("two");
            Files.writeString(file, ""); // as logrotate's copytruncate
            destination.write("three\n".getBytes(StandardCharsets.UTF_8));
            assertThat(file).hasContent("three");
            Files.delete(file);
            destination.write("four\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(file).hasContent("four");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var again = AuditFile.open(file)) {
            again.write("five\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(Files.readAllLines(file)).containsExactly("four", "five");
    }

    @Test
    void noteWhenClosedThenAllThatWaitedIsWrittenInOrder() throws Exception {
        var out = new ByteArrayOutputStream();
        try (var log = AuditLog.to(out, CLOCK)) {
            for (int i = 0; i < 2_000; i++) {
                log.note(AuditEvent.of(What.TOKEN_ISSUED).detail("number " + i));
            }
        }
        var lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(2_000);
        assertThat(lines.get(1_234)).contains("number 1234\"");
    }

    /** Whoever tells of an event never waits: what does not fit is dropped and counted. */
    @Test
    void noteWhenNobodyWritesThenDropsAndCounts() throws Exception {
        var stuck = new CountDownLatch(1);
        var entered = new CountDownLatch(1);
        var destination = new AuditDestination() {
            @Override
            public void write(byte[] lines) throws IOException {
                entered.countDown();
                try {
                    stuck.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }

            @Override
            public void close() {}
        };
        var log = new AuditLog(destination, CLOCK, 10);
        log.note(AuditEvent.of(What.CONSENT));
        entered.await();
        for (int i = 0; i < 15; i++) {
            log.note(AuditEvent.of(What.CONSENT));
        }
        assertThat(log.dropped()).isEqualTo(5);
        stuck.countDown();
        log.close();
    }

    @Test
    void noteWhenTheDiskIsFullThenCountsAndGoesOn() throws Exception {
        var destination = new AuditDestination() {
            @Override
            public void write(byte[] lines) throws IOException {
                throw new IOException("no space left on device");
            }

            @Override
            public void close() {}
        };
        var log = new AuditLog(destination, CLOCK, 10);
        for (var _ : List.of(1, 2, 3)) {
            log.note(AuditEvent.of(What.CONSENT));
        }
        log.close();
        assertThat(log.dropped()).isEqualTo(3);
        AuditLog.off().note(AuditEvent.of(What.CONSENT));
    }
}
