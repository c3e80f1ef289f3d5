package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A master, two replicas of it and three Sentinels, real ones on free loopback ports, set up as ops/redis/redis.conf advises those who have replicas. Two seconds without an answer are a
 * master that is down. The master can be killed and started again, and then is a replica of its successor once the Sentinels have seen it for a while.
 */
final class SentinelProcesses implements AutoCloseable {
    static final int REPLICAS = 2;
    static final int DOWN_AFTER_MILLIS = 2_000;

    private static final int SENTINELS = 3;
    private static final long START_SECONDS_MAX = 30;
    private static final int ANSWER_MILLIS_MAX = 10_000;
    private static final String NAME = "mymaster";

    private final List<RedisProcess> servers = new ArrayList<>();
    private final List<Process> sentinels = new ArrayList<>();
    private final List<Integer> sentinelPorts = new ArrayList<>();

    private SentinelProcesses() {}

    /** Starts them, and waits until all know of each other. */
    static SentinelProcesses start(Path folder) throws Exception {
        var started = new SentinelProcesses();
        try {
            started.startAll(folder);
            return started;
        } catch (Exception | AssertionError e) {
            started.close();
            throw e;
        }
    }

    private void startAll(Path folder) throws Exception {
        servers.add(startServer(folder.resolve("server-1")));
        for (int number = 2; number <= 1 + REPLICAS; number++) {
            servers.add(startServer(
                    folder.resolve("server-" + number),
                    "--replicaof",
                    "127.0.0.1 " + firstMaster().port()));
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (!firstMaster()
                .command("WAIT", Integer.toString(REPLICAS), "1000")
                .equals(":" + REPLICAS)) {
            assertThat(System.nanoTime() - deadline).as("replicas follow").isNegative();
            TimeUnit.MILLISECONDS.sleep(20);
        }
        for (int number = 1; number <= SENTINELS; number++) {
            startSentinel(Files.createDirectories(folder.resolve("sentinel-" + number)));
        }
        String all = "status=ok,address=127.0.0.1:" + firstMaster().port() + ",slaves=" + REPLICAS + ",sentinels="
                + SENTINELS;
        for (int port : sentinelPorts) {
            while (!whatIsSaidOfTheMaster(port).endsWith(all)) {
                assertThat(System.nanoTime() - deadline)
                        .as("Sentinels know each other")
                        .isNegative();
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    /** On each as on all others, since any of them may be the master one day. */
    private static RedisProcess startServer(Path folder, String... more) throws Exception {
        var options = new ArrayList<>(List.of("--appendonly", "yes", "--appendfsync", "always"));
        options.addAll(List.of("--min-replicas-to-write", "1", "--min-replicas-max-lag", "5"));
        options.addAll(List.of("--repl-diskless-sync-delay", "0"));
        options.addAll(List.of(more));
        return RedisProcess.start(folder, options.toArray(String[]::new));
    }

    private void startSentinel(Path folder) throws IOException {
        int port = ServerProcess.freePort();
        Path config = Files.writeString(folder.resolve("sentinel.conf"), """
                port %d
                bind 127.0.0.1
                dir %s
                sentinel monitor %s 127.0.0.1 %d 2
                sentinel down-after-milliseconds %s %d
                sentinel failover-timeout %s 3000
                """.formatted(
                        port, folder, NAME, firstMaster().port(), NAME, DOWN_AFTER_MILLIS, NAME));
        sentinels.add(new ProcessBuilder("redis-server", config.toString(), "--sentinel")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("sentinel.log").toFile())
                .start());
        sentinelPorts.add(port);
    }

    String url() {
        return sentinelPorts.stream()
                .map(port -> "127.0.0.1:" + port)
                .collect(Collectors.joining(",", "redis-sentinel://", "#" + NAME));
    }

    /** The one that is the master at the start. */
    RedisProcess firstMaster() {
        return servers.getFirst();
    }

    /** @return whether a Sentinel says that another than the first is the master */
    boolean isReplaced() throws IOException {
        return !whatIsSaidOfTheMaster(sentinelPorts.getFirst())
                .contains("address=127.0.0.1:" + firstMaster().port() + ",");
    }

    /** @return {@code master0:name=…,status=ok,address=127.0.0.1:6379,slaves=2,sentinels=3}; nothing from a Sentinel that does not listen yet */
    private static String whatIsSaidOfTheMaster(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(ANSWER_MILLIS_MAX);
            socket.getOutputStream().write("INFO sentinel\r\n".getBytes(StandardCharsets.US_ASCII));
            var answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (String line = answer.readLine(); line != null; line = answer.readLine()) {
                if (line.startsWith("master0:")) {
                    return line;
                }
            }
            return "";
        } catch (ConnectException e) {
            return "";
        }
    }

    @Override
    public void close() {
        sentinels.forEach(sentinel -> sentinel.destroyForcibly().onExit().join());
        servers.forEach(RedisProcess::close);
    }
}
