package dev.portcullis.ops.e2e;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The packaged server as a process of its own, on free ports, with its data in a folder of the test's. Can be killed and started again on the same ports and data.
 */
final class ServerProcess implements AutoCloseable {
    private static final Path LIB = Path.of("target", "portcullis", "lib").toAbsolutePath();
    private static final Path TEST_CLASSES = Path.of("target", "test-classes").toAbsolutePath();
    static final String PRODUCT = "dev.portcullis.ops.Main";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final Path folder;
    private final String mainClass;
    private final Map<String, String> settings;
    private final int port;
    private final int managementPort;
    private final HttpClient http = HttpClient.newHttpClient();
    private Process process;
    private int starts;

    private ServerProcess(Path folder, String mainClass, Map<String, String> settings, int port, int managementPort)
            throws IOException {
        this.folder = folder;
        this.mainClass = mainClass;
        this.settings = settings;
        this.port = port;
        this.managementPort = managementPort;
        this.starts = 1;
        this.process = launch(folder, mainClass, settings, starts, List.of());
    }

    /** Starts a server and waits until it is ready. */
    static ServerProcess start(Path folder, Map<String, String> extraSettings) throws Exception {
        return start(folder, freePort(), extraSettings);
    }

    /** The same with a program of the tests' own around the packaged server. */
    static ServerProcess start(Path folder, Class<?> program) throws Exception {
        return start(folder, program.getName(), freePort(), Map.of());
    }

    /** The same on a given port, for tests that must know it beforehand. */
    static ServerProcess start(Path folder, int port, Map<String, String> extraSettings) throws Exception {
        return start(folder, PRODUCT, port, extraSettings);
    }

    /** The same with the name of a program. */
    static ServerProcess start(Path folder, String mainClass, int port, Map<String, String> extraSettings)
            throws Exception {
        int managementPort = freePort();
        var settings = new HashMap<String, String>();
        settings.put("PORT", Integer.toString(port));
        settings.put("PUBLIC_URL", "http://localhost:" + port);
        settings.put("MANAGEMENT_PORT", Integer.toString(managementPort));
        settings.put("DEV_IDP_PORT", Integer.toString(freePort()));
        settings.putAll(extraSettings);
        var server = new ServerProcess(folder, mainClass, settings, port, managementPort);
        server.awaitReady();
        return server;
    }

    /** Runs the program to its end, for starts that are meant to fail. */
    static Ended run(Path folder, Map<String, String> settings, String... arguments) throws Exception {
        Process process = launch(folder, PRODUCT, settings, 0, List.of(arguments));
        if (!process.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the program did not end:\n" + outputOf(folder, 0));
        }
        return new Ended(process.exitValue(), outputOf(folder, 0));
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    URI managementUri(String path) {
        return URI.create("http://localhost:" + managementPort + path);
    }

    int port() {
        return port;
    }

    int managementPort() {
        return managementPort;
    }

    long pid() {
        return process.pid();
    }

    /** Ends it as the kernel would when memory runs out: SIGKILL, no chance to tidy up. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Starts it again, on the same ports and data, and waits until it is ready. */
    void startAgain() throws Exception {
        starts++;
        process = launch(folder, mainClass, settings, starts, List.of());
        awaitReady();
    }

    /** Asks it to stop, as Ctrl-C and service managers do. @return exit status */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the server did not stop:\n" + output());
        }
        return process.exitValue();
    }

    /** Everything it has printed since its latest start. */
    String output() {
        return outputOf(folder, starts);
    }

    @Override
    public void close() {
        try {
            if (process.isAlive()) {
                stop();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until it says that it can serve. */
    void awaitReady() throws Exception {
        var ready = HttpRequest.newBuilder(managementUri("/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new AssertionError(
                        "the server ended at its start, exit status " + process.exitValue() + ":\n" + output());
            }
            try {
                if (http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet.
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError("the server was not ready in time:\n" + output());
    }

    private static Process launch(
            Path folder, String mainClass, Map<String, String> settings, int number, List<String> arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-Xmx256m");
        command.add("-Dio.netty.leakDetection.level=paranoid");
        command.add("-cp");
        command.add(mainClass.equals(PRODUCT) ? LIB + "/*" : LIB + "/*" + File.pathSeparator + TEST_CLASSES);
        command.add(mainClass);
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.redirectOutput(outputFile(folder, number).toFile());
        builder.environment().keySet().removeIf(ServerProcess::isSetting);
        builder.environment().putAll(settings);
        return builder.start();
    }

    /** Settings of whoever runs the tests must not reach the server under test. */
    private static boolean isSetting(String name) {
        return name.startsWith("ACCESS_")
                || name.startsWith("CLOUDFLARE_")
                || List.of(
                                "HOST",
                                "PORT",
                                "PUBLIC_URL",
                                "STORE",
                                "AUTH",
                                "COOKIE_ENCRYPTION_KEY",
                                "ALLOWED_EMAILS",
                                "JAVA_OPTS")
                        .contains(name);
    }

    private static Path outputFile(Path folder, int number) {
        return folder.resolve("output-" + number + ".txt");
    }

    private static String outputOf(Path folder, int number) {
        try (InputStream in = Files.newInputStream(outputFile(folder, number))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How a program that ran to its end ended. */
    record Ended(int status, String output) {}
}
