package dev.portcullis.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * What a scenario may use: processes to be measured, each pinned to the server's core, and an identity provider on the other. Ends all of them when it is closed, and
 * when this process is told to end. Main thread.
 */
final class Lab implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final String PRODUCT = "dev.portcullis.ops.Main";

    /** Settings of whoever measures must not reach the product, nor a cache of the product's classes another program. */
    private static final List<String> KEPT_VARIABLES = List.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "JAVA_HOME");

    private static final List<String> FLAGS_OF_PRODUCT_ALONE =
            List.of("-XX:AOT", "-XX:SharedArchiveFile", "-XX:CacheDataStore", "-Xshare");

    private final Setup setup;
    private final Path folder;
    private final List<Subject> subjects = new CopyOnWriteArrayList<>();
    private final Thread hook = new Thread(this::endAll, "end of the lab");
    private int started;

    /**
     * What the lab works with.
     *
     * @param java words that start the product: the JVM, its flags, {@code -cp}, its class path, its main class
     * @param serverPin words that pin a process to the server's core; none where there is but one
     * @param isQuick short measurements, that are a hint only
     */
    record Setup(List<String> java, List<String> serverPin, boolean isQuick) {
        Setup {
            java = List.copyOf(java);
            serverPin = List.copyOf(serverPin);
            if (java.indexOf("-cp") < 1 || java.indexOf("-cp") != java.size() - 3) {
                throw new IllegalArgumentException(
                        "expected words that end with -cp, a class path and a class: " + java);
            }
        }

        List<String> flags() {
            return java.subList(0, java.size() - 3);
        }

        String classPath() {
            return java.get(java.size() - 2);
        }
    }

    Lab(Setup setup) {
        this.setup = setup;
        try {
            this.folder = Files.createTempDirectory("portcullis-load");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** @return whether short measurements will do */
    boolean isQuick() {
        return setup.isQuick();
    }

    /** @return the first, or in a quick run the second */
    int seconds(int usual, int quick) {
        return setup.isQuick() ? quick : usual;
    }

    /** @return how many times each side has its turn */
    int turns() {
        return setup.isQuick() ? 2 : 3;
    }

    /** @return for scripts and outputs; deleted with the lab */
    Path folder() {
        return folder;
    }

    /**
     * Starts the product with sign-in by an identity provider of its own on the other core, no rate limits, and all in memory. Blocks until it is ready.
     *
     * @param settings more settings, or other values
     */
    Subject server(Map<String, String> settings) throws InterruptedException {
        return server(PRODUCT, settings);
    }

    /** The same with classes from the jars, as where no cache could be made. */
    Subject serverWithoutCache(Map<String, String> settings) throws InterruptedException {
        var words = setup.java().stream()
                .filter(word -> FLAGS_OF_PRODUCT_ALONE.stream().noneMatch(word::startsWith))
                .toList();
        return server(words, settings);
    }

    /** The same with a program of ours around the product. */
    Subject server(String mainClass, Map<String, String> settings) throws InterruptedException {
        return server(product(mainClass), settings);
    }

    private Subject server(List<String> command, Map<String, String> settings) throws InterruptedException {
        int port = freePort();
        int managementPort = freePort();
        var all = new LinkedHashMap<String, String>();
        all.put("PORT", Integer.toString(port));
        all.put("PUBLIC_URL", "http://localhost:" + port);
        all.put("MANAGEMENT_PORT", Integer.toString(managementPort));
        all.put("COOKIE_ENCRYPTION_KEY", "a key of a load test, for one run and one machine");
        all.put("RATE_LIMIT", "off");
        all.put("STORE", "memory:");
        all.put("AUDIT_LOG", "off");
        var provider = provider(all);
        provider.output().lines().filter(line -> line.startsWith("ACCESS_")).forEach(line -> {
            int equals = line.indexOf('=');
            all.put(line.substring(0, equals), line.substring(equals + 1));
        });
        all.putAll(settings);
        var management = origin(managementPort);
        var server = launch("server", pinned(command), all, origin(port), management, List.of(provider));
        await(server, "ready", () -> isReady(management));
        return server;
    }

    /** Starts a bare server that answers every request with that answer, whatever is asked. Blocks until it accepts. */
    Subject ceiling(Answer answer) throws InterruptedException {
        return ceiling(answer, Ceiling.READING);
    }

    /** The same, which copies each body into one array before it answers. */
    Subject copying(Answer answer) throws InterruptedException {
        return ceiling(answer, Ceiling.COPYING);
    }

    /** Starts a bare server that answers every request with a stream that begins with a comment and never ends. Blocks until it accepts. */
    Subject streams() throws InterruptedException {
        return streams(Ceiling.STREAMING);
    }

    /** The same, which writes the events in the body of a POST to all its streams. */
    Subject broadcasting() throws InterruptedException {
        return streams(Ceiling.BROADCASTING);
    }

    private Subject streams(String how) throws InterruptedException {
        return ceiling(new Answer(200, List.of(), ":\n\n".getBytes(StandardCharsets.US_ASCII)), how);
    }

    private Subject ceiling(Answer answer, String how) throws InterruptedException {
        var file = folder.resolve("answer-" + started);
        Ceiling.write(answer, file);
        int port = freePort();
        var command = new ArrayList<String>();
        setup.flags().stream()
                .filter(flag -> FLAGS_OF_PRODUCT_ALONE.stream().noneMatch(flag::startsWith))
                .forEach(command::add);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Ceiling.class.getName(),
                Integer.toString(port),
                file.toString(),
                how));
        var ceiling = launch("ceiling", pinned(command), Map.of(), origin(port), origin(port), List.of());
        await(ceiling, "accepting", () -> ceiling.output().contains(Ceiling.LISTENING));
        return ceiling;
    }

    private Subject provider(Map<String, String> settings) throws InterruptedException {
        var own = new HashMap<>(settings);
        int port = freePort();
        own.put("DEV_IDP_PORT", Integer.toString(port));
        var command = new ArrayList<>(product(PRODUCT));
        command.add("stand-in");
        var provider = launch("identity provider", command, own, origin(port), origin(port), List.of());
        await(provider, "ready", () -> provider.output().contains("ACCESS_ISSUER="));
        return provider;
    }

    /** The words that start that class with all that the product has. */
    private List<String> product(String mainClass) {
        var command = new ArrayList<>(setup.flags());
        String ours = mainClass.equals(PRODUCT) ? "" : ":" + System.getProperty("java.class.path");
        command.addAll(List.of("-cp", setup.classPath() + ours, mainClass));
        return command;
    }

    private List<String> pinned(List<String> command) {
        return Stream.concat(setup.serverPin().stream(), command.stream()).toList();
    }

    private Subject launch(
            String name,
            List<String> command,
            Map<String, String> settings,
            URI uri,
            URI managementUri,
            List<Subject> helpers) {
        var home = folder.resolve(name.replace(' ', '-') + "-" + started++);
        var output = home.resolve("output");
        try {
            Files.createDirectory(home);
            var builder = new ProcessBuilder(command)
                    .directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().keySet().retainAll(KEPT_VARIABLES);
            builder.environment().putAll(settings);
            var subject = new Subject(name, builder.start(), output, uri, managementUri, helpers);
            subjects.add(subject);
            return subject;
        } catch (IOException e) {
            throw new LoadException("cannot start " + String.join(" ", command), e);
        }
    }

    private static void await(Subject subject, String what, BooleanSupplier isSo) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!isSo.getAsBoolean()) {
            subject.requireAlive();
            if (System.nanoTime() > deadline) {
                throw new LoadException(
                        subject + " is not " + what + " after " + START_SECONDS + " s: " + subject.output());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static boolean isReady(URI management) {
        try {
            return Answer.of(management, Request.get("/health/ready")).status() == 200;
        } catch (LoadException e) {
            return false; // not listening yet
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static URI origin(int port) {
        return URI.create(String.format(Locale.ROOT, "http://localhost:%d", port));
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        endAll();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    private void endAll() {
        subjects.forEach(Subject::close);
        try (var files = Files.walk(folder)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("Cannot delete " + folder + ": " + Objects.requireNonNullElse(e.getMessage(), ""));
        }
    }
}
