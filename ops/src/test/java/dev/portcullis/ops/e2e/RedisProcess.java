package dev.portcullis.ops.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real redis-server on a free loopback port, which keeps what it has acknowledged. Can be killed, started again with its data or without, and frozen. */
final class RedisProcess implements AutoCloseable {
    private static final long START_SECONDS_MAX = 30;
    private static final int COMMAND_MILLIS_MAX = 10_000;
    private static final String DATA = "appendonlydir";

    private final Path folder;
    private final int port;
    private final List<String> options;
    private Process process;
    private int emptied;

    private RedisProcess(Path folder, int port, List<String> options) throws Exception {
        this.folder = folder;
        this.port = port;
        this.options = options;
        this.process = launch();
    }

    /** Starts one whose file is written before each answer. */
    static RedisProcess start(Path folder) throws Exception {
        return start(folder, "--appendonly", "yes", "--appendfsync", "always");
    }

    /** Starts one with options of its command line. */
    static RedisProcess start(Path folder, String... options) throws Exception {
        return new RedisProcess(Files.createDirectories(folder), ServerProcess.freePort(), List.of(options));
    }

    int port() {
        return port;
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join(); // which a frozen one obeys as well
    }

    /** Starts it again on the same port and data, and waits until it has read them. */
    void startAgain() throws Exception {
        process = launch();
    }

    /** The same without the data, which are put aside. */
    void startEmpty() throws Exception {
        emptied++;
        Files.move(folder.resolve(DATA), aside());
        startAgain();
    }

    /** The same with what was put aside last. */
    void startRestored() throws Exception {
        Files.move(folder.resolve(DATA), folder.resolve("dropped-" + emptied));
        Files.move(aside(), folder.resolve(DATA));
        startAgain();
    }

    private Path aside() {
        return folder.resolve("aside-" + emptied);
    }

    /** SIGSTOP: connections stay, nothing answers. */
    void freeze() throws Exception {
        signal("STOP");
    }

    /** SIGCONT. */
    void thaw() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new AssertionError("kill -" + name + " ended with " + status);
        }
    }

    /** Sends a command. @return the first line of the answer, with its type: {@code +OK}, {@code :1}, {@code $5}; an error too */
    String command(String... words) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(COMMAND_MILLIS_MAX);
            var request = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                request.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.US_ASCII));
            var answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String first = answer.readLine();
            // A bulk string stands on the next line.
            return first != null && first.startsWith("$") && !first.equals("$-1")
                    ? first + " " + answer.readLine()
                    : String.valueOf(first);
        }
    }

    /** @return how many scripts have been run since its start */
    long scriptsRun() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("INFO commandstats\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
            String statistics = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return statistics
                    .lines()
                    .filter(line -> line.startsWith("cmdstat_evalsha:") || line.startsWith("cmdstat_eval:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1")))
                    .sum();
        }
    }

    @Override
    public void close() {
        kill();
    }

    private Process launch() throws Exception {
        var command = new ArrayList<>(List.of(
                "redis-server",
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                folder.toString(),
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction"));
        command.addAll(options);
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("redis.log").toFile()))
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (!isAnswering()) {
            if (System.nanoTime() - deadline > 0 || !started.isAlive()) {
                started.destroyForcibly();
                throw new AssertionError(
                        "redis-server did not start:\n" + Files.readString(folder.resolve("redis.log")));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return started;
    }

    private boolean isAnswering() {
        try {
            return command("PING").equals("+PONG");
        } catch (IOException e) {
            return false; // not listening yet
        }
    }
}
