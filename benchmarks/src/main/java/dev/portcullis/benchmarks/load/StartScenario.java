package dev.portcullis.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** From the start of the process to its first answer, on one core, and what is resident a second later: with the cache that the build makes, and without. */
final class StartScenario implements Scenario {
    private static final double TICKS_PER_SECOND = 100; // as in Subject

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String help() {
        return "from start to first answer on one core, and resident memory then, with the AOT cache and without";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        measure(lab, report, "memory, with the cache", () -> lab.server(Map.of()), true);
        measure(lab, report, "file, with the cache", () -> lab.server(Map.of("STORE", "file:portcullis.db")), false);
        measure(lab, report, "memory, without", () -> lab.serverWithoutCache(Map.of()), false);
        var bare = new Answer(200, List.of(), "{}".getBytes(StandardCharsets.UTF_8));
        measure(lab, report, "the bare server, without", () -> lab.ceiling(bare), false);
    }

    private interface Start {
        Subject begin() throws InterruptedException;
    }

    private static void measure(Lab lab, Report report, String with, Start start, boolean isAim)
            throws InterruptedException {
        int times = lab.seconds(7, 3);
        double[] seconds = new double[times];
        double[] mebibytes = new double[times];
        for (int i = 0; i < times; i++) {
            try (var subject = start.begin()) {
                seconds[i] = sinceStart(subject);
                TimeUnit.SECONDS.sleep(1);
                mebibytes[i] = subject.rssBytes() / 1e6;
            }
        }
        var first = Report.Row.of("start to first answer", with, median(seconds), "s");
        var resident = Report.Row.of("resident after start", with, median(mebibytes), "MB");
        report.add(isAim ? first.aiming(Goal.valueAtMost(0.8)) : first);
        report.add(isAim ? resident.aiming(Goal.valueAtMost(100)) : resident);
    }

    /** The lab looks every 20 ms whether it is ready: so much too long may this be, and never too short. */
    private static double sinceStart(Subject subject) throws InterruptedException {
        int status = Answer.of(subject.uri(), Request.get("/mcp")).status();
        if (status >= 500) {
            throw new LoadException("the first answer was " + status);
        }
        // Both count from the machine's boot, to 10 ms; clocks of the day are set.
        double now = Double.parseDouble(read(Path.of("/proc/uptime")).split(" ", 2)[0]);
        String stat = read(Path.of("/proc", Long.toString(subject.pid()), "stat"));
        String started = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19];
        return now - Long.parseLong(started) / TICKS_PER_SECOND;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
