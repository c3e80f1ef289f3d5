package dev.portcullis.redis;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One real redis-server on loopback, started by {@link RedisServers}. It can be stopped, continued, killed, and started again on its port. */
public final class RedisServer {
    private static final int ASK_MILLIS = 10_000;

    private final List<String> command;
    private final Path folder;
    private final int port;
    private final int plainPort;
    private Process process;

    /** @param plainPort where it can be asked without TLS */
    RedisServer(List<String> command, Path folder, int port, int plainPort) throws IOException {
        this.command = List.copyOf(command);
        this.folder = folder;
        this.port = port;
        this.plainPort = plainPort;
        this.process = launch();
    }

    public int port() {
        return port;
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Of a standalone server without a password. */
    public String url() {
        return "redis://" + address();
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out.log").toFile())
                .start();
    }

    /** @return false if it ended instead, such as when another took its port */
    boolean isUp() {
        return RedisServers.eventually(() -> !process.isAlive() || answers()) && process.isAlive();
    }

    private boolean answers() {
        try {
            ask("PING");
            return true;
        } catch (UncheckedIOException e) {
            return false;
        } catch (IllegalStateException e) {
            return true; // NOAUTH is an answer too
        }
    }

    /** The same server anew: empty, unless it keeps its data on the disk. */
    public void restart() {
        kill();
        try {
            process = launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!isUp()) {
            throw new IllegalStateException("did not come back: " + log());
        }
    }

    /** As {@link #restart}, for one with an append-only file, which is put aside first. */
    public void restartEmpty() {
        kill();
        move("appendonlydir", "aside");
        restart();
    }

    /** With what was put aside. */
    public void restartRestored() {
        kill();
        move("appendonlydir", "emptied");
        move("aside", "appendonlydir");
        restart();
    }

    private void move(String from, String to) {
        try {
            Files.move(folder.resolve(from), folder.resolve(to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes all keys but the marks by which nodes know that it has its data. */
    public void deleteAllButMarks() {
        ask("KEYS", "*")
                .lines()
                .filter(key -> !key.isEmpty() && !key.matches("[^:]*:mark(:\\{\\d+})?"))
                .forEach(key -> ask("DEL", key));
    }

    /** SIGKILL; returns when it has gone. */
    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("does not die");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGSTOP: connections stay, nothing is answered. */
    public void stop() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void go() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill -" + name + " ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public String log() {
        try {
            return Files.readString(folder.resolve("out.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /**
     * Says one command over a connection of its own, as redis-cli would.
     *
     * @return text; of an array, its elements line by line; empty for nil
     * @throws IllegalStateException it answered with an error, which is the message
     */
    public String ask(String... words) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), plainPort)) {
            socket.setSoTimeout(ASK_MILLIS);
            var text = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                text.append('$')
                        .append(word.getBytes(StandardCharsets.UTF_8).length)
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.UTF_8));
            return String.join("\n", answer(new BufferedInputStream(socket.getInputStream())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> answer(InputStream in) throws IOException {
        String line = line(in);
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+', ':' -> {
                return List.of(rest);
            }
            case '-' -> throw new IllegalStateException(rest);
            case '$' -> {
                int length = Integer.parseInt(rest);
                if (length < 0) {
                    return List.of("");
                }
                byte[] bytes = in.readNBytes(length);
                line(in);
                return List.of(new String(bytes, StandardCharsets.UTF_8));
            }
            case '*' -> {
                var lines = new ArrayList<String>();
                for (int left = Integer.parseInt(rest); left > 0; left--) {
                    lines.addAll(answer(in));
                }
                return lines;
            }
            default -> throw new IOException("not an answer: " + line);
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** How many bytes it has sent to whomever. */
    public long sentBytes() {
        return Long.parseLong(Objects.requireNonNull(info("total_net_output_bytes")));
    }

    /** @return what {@code INFO} says of a field */
    public @Nullable String info(String field) {
        return ask("INFO", "everything")
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElse(null);
    }
}
