package dev.portcullis.ops.command;

import dev.portcullis.store.archive.ArchiveCopy;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Says how far a copy is: on a terminal in one line that changes, elsewhere in a line now and then. One thread. */
final class MigrationProgress implements ArchiveCopy.Progress {
    private static final long TERMINAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LINES_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int LINE_CHARS = 79;

    private final PrintStream out;
    private final boolean isTerminal;
    private final LongSupplier nanoTime;
    private final long beganAt;
    private long saidAt;
    private long firstEntries = -1;

    MigrationProgress(PrintStream out, boolean isTerminal, LongSupplier nanoTime) {
        this.out = out;
        this.isTerminal = isTerminal;
        this.nanoTime = nanoTime;
        beganAt = nanoTime.getAsLong();
        saidAt = beganAt;
    }

    @Override
    public void copied(long entries, long all) {
        if (firstEntries < 0) {
            firstEntries = entries; // of which those that an earlier run has copied say nothing about our speed
        }
        long now = nanoTime.getAsLong();
        boolean isDue = now - saidAt >= (isTerminal ? TERMINAL_NANOS : LINES_NANOS);
        if (isDue) {
            saidAt = now;
            say(line(entries, Math.max(entries, all), now - beganAt));
        }
    }

    private String line(long entries, long all, long nanos) {
        double perSecond = (entries - firstEntries) * 1e9 / Math.max(1, nanos);
        String rest = perSecond < 1
                ? ""
                : String.format(Locale.ROOT, ", %,d s left", (long) Math.ceil((all - entries) / perSecond));
        return String.format(
                Locale.ROOT,
                "%,d of %,d records (%d %%), %,d a second%s",
                entries,
                all,
                all == 0 ? 100 : entries * 100 / all,
                (long) perSecond,
                rest);
    }

    @Override
    public void verifying() {
        say("All are there. Counting and comparing …");
    }

    private void say(String line) {
        if (isTerminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, LINE_CHARS - line.length())));
            out.flush();
        } else {
            out.println(line);
        }
    }

    /** What comes next has lines of its own. */
    void end() {
        if (isTerminal) {
            out.print("\r" + " ".repeat(LINE_CHARS) + "\r");
            out.flush();
        }
    }
}
