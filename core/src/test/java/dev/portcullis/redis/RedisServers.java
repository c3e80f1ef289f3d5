package dev.portcullis.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Real redis-servers for tests: on loopback, on free ports, in a folder of their own, keeping nothing on the disk unless asked. All are killed at {@link #close}, or with this process.
 */
public final class RedisServers implements AutoCloseable {
    private static final long EVENTUALLY_SECONDS = 40;
    private static final int ATTEMPTS = 5;

    private final Path folder;
    private final List<RedisServer> servers = new ArrayList<>();
    private final Thread atExit = new Thread(this::killAll);

    public RedisServers() {
        try {
            folder = Files.createTempDirectory("portcullis-redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** @param options as on the command line of redis-server, such as {@code "--appendonly", "yes"} */
    public RedisServer standalone(String... options) {
        return start(List.of(), options);
    }

    /** One behind TLS; certificates as PEM files. */
    public RedisServer standaloneTls(Path certificate, Path key, String... options) {
        var all = new ArrayList<String>(List.of("--tls-cert-file", certificate.toString()));
        all.addAll(List.of("--tls-key-file", key.toString(), "--tls-auth-clients", "no"));
        all.addAll(List.of(options));
        return launch(List.of(), true, all);
    }

    private RedisServer start(List<String> before, String... options) {
        return launch(before, false, List.of(options));
    }

    private RedisServer launch(List<String> before, boolean tls, List<String> options) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                int port = freePort();
                int plain = tls ? freePort() : port;
                Path home = Files.createDirectory(folder.resolve("server-" + servers.size() + "-" + port));
                var command = new ArrayList<String>(List.of("redis-server"));
                command.addAll(before);
                command.addAll(List.of("--bind", "127.0.0.1", "--port", Integer.toString(plain)));
                if (tls) {
                    command.addAll(List.of("--tls-port", Integer.toString(port)));
                }
                command.addAll(List.of("--save", "", "--appendonly", "no", "--dir", home.toString()));
                command.addAll(List.of("--io-threads", "1", "--repl-diskless-sync-delay", "0"));
                command.addAll(options);
                var server = new RedisServer(command, home, port, plain);
                synchronized (servers) {
                    servers.add(server);
                }
                if (server.isUp()) {
                    return server;
                }
            } catch (IOException e) {
                throw new UncheckedIOException("is redis-server installed?", e);
            }
        }
        throw new IllegalStateException(
                "redis-server does not start: " + servers.getLast().log());
    }

    /** A port that was free a moment ago. */
    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Waits until something is so. @return false if it is not after a time that is long enough for any machine */
    public static boolean eventually(BooleanSupplier condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(EVENTUALLY_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > until) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        return true;
    }

    private void killAll() {
        synchronized (servers) {
            servers.forEach(RedisServer::kill);
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        killAll();
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
