package dev.portcullis.ops;

import dev.portcullis.ops.server.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The command as a process of its own. What it prints goes to files beside its directory. */
final class MainProcess implements AutoCloseable {
    private static final long SECONDS_MAX = 60;

    private final Process process;
    private final Path out;
    private final Path err;

    private MainProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** @param directory the current one of the process; settings of our own environment do not reach it */
    static MainProcess start(Path directory, Map<String, String> environment, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("portcullis-out", ".txt");
        Path err = Files.createTempFile("portcullis-err", ".txt");
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        Stream.of(Setting.values()).map(Setting::name).forEach(builder.environment()::remove);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().putAll(environment);
        return new MainProcess(builder.start(), out, err);
    }

    /** Waits until it has printed this, or has ended. */
    void awaitPrinted(String text) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (!out().contains(text) && !process.waitFor(50, TimeUnit.MILLISECONDS)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("has not printed \"" + text + "\" but: " + out() + err());
            }
        }
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** @return the code with which it ended */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + SECONDS_MAX + " s");
        }
        return process.exitValue();
    }

    String out() throws IOException {
        return Files.readString(out);
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.delete(out);
        Files.delete(err);
    }
}
