package dev.portcullis.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A process under load, and what it takes. Figures are those of {@code /proc}, so only on Linux. Blocks. */
final class Subject implements AutoCloseable {
    private static final long STOP_SECONDS = 15;
    private static final long NANOS_PER_TICK =
            10_000_000; // of /proc/PID/stat: USER_HZ is 100 on every Linux that JVMs run on

    /** Of {@code GC.heap_info}, after a full collection: {@code garbage-first heap   total reserved 100K, committed 50K, used 20K}. */
    private static final Pattern HEAP_USED = Pattern.compile("heap .*\\bused (\\d+)K");

    /** Of {@code Thread.print -e}. */
    private static final Pattern ALLOCATED = Pattern.compile("\\ballocated=(\\d+)([BKMG])");

    private static final String UNITS = "BKMG";

    private final String name;
    private final Process process;
    private final Path output;
    private final URI uri;
    private final URI managementUri;
    private final List<Subject> helpers;

    /**
     * @param output where what it prints goes
     * @param managementUri for a process without metrics, the same as {@code uri}
     * @param helpers that it needs, and that end with it
     */
    Subject(String name, Process process, Path output, URI uri, URI managementUri, List<Subject> helpers) {
        this.name = name;
        this.process = process;
        this.output = output;
        this.uri = uri;
        this.managementUri = managementUri;
        this.helpers = List.copyOf(helpers);
    }

    /** @return its origin, by the name that is in its settings */
    URI uri() {
        return uri;
    }

    /** @return the origin of {@code /metrics} and {@code /health} */
    URI managementUri() {
        return managementUri;
    }

    long pid() {
        return process.pid();
    }

    /** @return time of processors that it has used since its start, its own and the kernel's for it, to 10 ms */
    long cpuNanos() {
        String stat = read("stat");
        // The second field is the program's name in brackets, which may hold anything.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_PER_TICK;
    }

    /** @return resident memory */
    long rssBytes() {
        return statusNumber("VmRSS:") * 1024;
    }

    /** @return highest resident memory so far */
    long rssPeakBytes() {
        return statusNumber("VmHWM:") * 1024;
    }

    int threads() {
        return (int) statusNumber("Threads:");
    }

    int openFiles() {
        try (var files = Files.list(proc("fd"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return heap that is in use after a full collection, to 1 KiB */
    long heapAfterGc() throws InterruptedException {
        jcmd("GC.run");
        return heapUsed();
    }

    /** @return a figure at {@code /metrics}, of all series of that name together */
    double metric(String name) throws InterruptedException {
        return Answer.of(managementUri, Request.get("/metrics"))
                .expecting(200, name)
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** @return heap that is in use, garbage included */
    long heapUsed() throws InterruptedException {
        String info = jcmd("GC.heap_info");
        var used = HEAP_USED.matcher(info);
        if (!used.find()) {
            throw new LoadException("no use of the heap in: " + info);
        }
        return Long.parseLong(used.group(1)) * 1024;
    }

    /** @return all that its threads have ever allocated on the heap; to 1 KiB for what has allocated less than 10 MiB, to 1 MiB below 10 GiB, then to 1 GiB */
    long allocatedBytes() throws InterruptedException {
        return ALLOCATED
                .matcher(jcmd("Thread.print", "-e"))
                .results()
                .mapToLong(thread -> Long.parseLong(thread.group(1)) << (UNITS.indexOf(thread.group(2)) * 10))
                .sum();
    }

    /** @return what {@code jcmd} says to that command of it */
    String jcmd(String... words) throws InterruptedException {
        var command = new java.util.ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        command.add(Long.toString(pid()));
        command.addAll(List.of(words));
        try {
            var run = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (run.waitFor() != 0) {
                throw new LoadException("jcmd " + String.join(" ", words) + ": " + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws LoadException it has ended */
    void requireAlive() {
        if (!process.isAlive()) {
            throw new LoadException(name + " ended with code " + process.exitValue() + ": " + output());
        }
    }

    /** @return what it has printed so far */
    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to end, and ends it if it does not. */
    @Override
    public void close() {
        process.destroy();
        helpers.forEach(Subject::close);
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return name;
    }

    private long statusNumber(String word) {
        return read("status")
                .lines()
                .filter(line -> line.startsWith(word))
                .map(line -> line.substring(word.length()).strip().split(" ", 2)[0])
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new LoadException("no " + word + " in /proc"));
    }

    private String read(String file) {
        requireAlive();
        try {
            return Files.readString(proc(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(pid()), file);
    }
}
