package dev.portcullis.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
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

    /** Longer than a cluster's master and replica try to change places. */
    private static final long ATTEMPT_SECONDS = 8;

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
        return launch(false, List.of(options));
    }

    /** One behind TLS; certificates as PEM files. */
    public RedisServer standaloneTls(Path certificate, Path key, String... options) {
        var all = new ArrayList<String>(List.of("--tls-cert-file", certificate.toString()));
        all.addAll(List.of("--tls-key-file", key.toString(), "--tls-auth-clients", "no"));
        all.addAll(List.of(options));
        return launch(true, all);
    }

    /** A master, two replicas of it and three Sentinels, which call it {@code mymaster} and take a second to find it down. */
    public SentinelSet sentinel(String... options) {
        var master = standalone(options);
        var all = new ArrayList<RedisServer>(List.of(master));
        for (int i = 0; i < 2; i++) {
            var replica = new ArrayList<String>(List.of(options));
            replica.addAll(List.of("--replicaof", "127.0.0.1 " + master.port()));
            all.add(standalone(replica.toArray(String[]::new)));
        }
        must(() -> "2".equals(master.info("connected_slaves")), "replicas connect");
        must(
                () -> all.stream().skip(1).allMatch(each -> "up".equals(each.info("master_link_status"))),
                "replicas sync");
        var sentinels = new ArrayList<RedisServer>();
        for (int i = 0; i < 3; i++) {
            sentinels.add(sentinelOf(master));
        }
        must(
                () -> sentinels.stream()
                        .allMatch(each -> each.ask("SENTINEL", "MASTER", "mymaster")
                                        .contains("num-other-sentinels\n2")
                                && each.ask("SENTINEL", "MASTER", "mymaster").contains("num-slaves\n2")),
                "Sentinels find each other");
        return new SentinelSet(List.copyOf(all), List.copyOf(sentinels));
    }

    private RedisServer sentinelOf(RedisServer master) {
        try {
            int port = freePort();
            return sentinelOf(master, port, port, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One Sentinel alone, that can be asked without TLS at {@code plainPort}, with more lines of its configuration. */
    RedisServer sentinelOf(RedisServer master, int port, int plainPort, String more) {
        try {
            Path home = Files.createDirectory(folder.resolve("sentinel-" + port));
            Path file = Files.writeString(
                    home.resolve("sentinel.conf"), """
                    port %d
                    bind 127.0.0.1
                    dir %s
                    sentinel monitor mymaster 127.0.0.1 %d 2
                    sentinel down-after-milliseconds mymaster 1000
                    sentinel failover-timeout mymaster 5000
                    %s
                    """.formatted(plainPort, home, master.port(), more));
            var server = new RedisServer(List.of("redis-server", file.toString(), "--sentinel"), home, port, plainPort);
            synchronized (servers) {
                servers.add(server);
            }
            if (!server.isUp()) {
                throw new IllegalStateException(server.log());
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Three masters, each with a replica. A master without an answer for a second and a half has failed. */
    public ClusterSet cluster(String... options) {
        var nodes = new ArrayList<RedisServer>();
        for (int i = 0; i < 6; i++) {
            nodes.add(clusterNode(options));
        }
        var command = new ArrayList<String>(List.of("redis-cli", "--cluster", "create"));
        nodes.forEach(node -> command.add(node.address()));
        command.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
        cli(command);
        var set = new ClusterSet(nodes);
        must(set::isWhole, "the cluster forms");
        return set;
    }

    /** One more node, of no cluster yet. */
    RedisServer clusterNode(String... options) {
        try {
            var all = new ArrayList<String>(List.of(options));
            all.addAll(List.of("--cluster-enabled", "yes", "--cluster-node-timeout", "1500"));
            all.addAll(List.of("--cluster-port", Integer.toString(freePort()), "--repl-ping-replica-period", "1"));
            return standalone(all.toArray(String[]::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void cli(List<String> command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static void must(BooleanSupplier condition, String what) {
        if (!eventually(condition)) {
            throw new IllegalStateException("it does not come to pass that " + what);
        }
    }

    /** Asks for what servers begin and may give up after some seconds, or refuse as long as something else is under way, until it is so. */
    static void insist(Runnable ask, BooleanSupplier condition, String what) {
        must(
                () -> {
                    try {
                        ask.run();
                    } catch (IllegalStateException e) {
                        // not now, they say
                    }
                    return within(ATTEMPT_SECONDS, condition);
                },
                what);
    }

    private RedisServer launch(boolean tls, List<String> options) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                int port = freePort();
                int plain = tls ? freePort() : port;
                Path home = Files.createDirectory(folder.resolve("server-" + servers.size() + "-" + port));
                var command = new ArrayList<String>(List.of("redis-server"));
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
        return within(EVENTUALLY_SECONDS, condition);
    }

    private static boolean within(long seconds, BooleanSupplier condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
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
