package dev.portcullis.ops.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A real HAProxy that hands each request of a client to another node than the one before: clients are told apart by their access token, and each has a round of its own, so that what
 * others do at the same time does not change that. Answers say by the header {@code node} where they are from. Else it is what {@code ops/cluster} starts.
 */
final class Balancer implements AutoCloseable {
    private static final String PROGRAM =
            Files.isExecutable(Path.of("/usr/sbin/haproxy")) ? "/usr/sbin/haproxy" : "haproxy";
    private static final long START_SECONDS_MAX = 20;

    private final int port;
    private final Path log;
    private final Process process;

    private Balancer(int port, Path log, Process process) {
        this.port = port;
        this.log = log;
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param port a free one
     * @param nodes each with its ports for clients and for management
     */
    static Balancer start(Path folder, int port, List<ServerProcess> nodes) throws Exception {
        Files.createDirectories(folder);
        Path config = folder.resolve("haproxy.cfg");
        Path log = folder.resolve("haproxy.log");
        Files.writeString(config, config(port, nodes));
        Process process = new ProcessBuilder(PROGRAM, "-db", "-f", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var balancer = new Balancer(port, log, process);
        balancer.awaitListening();
        return balancer;
    }

    URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    private static String config(int port, List<ServerProcess> nodes) {
        int count = nodes.size();
        String rounds = IntStream.range(0, count)
                .mapToObj(i -> "  use-server node-" + (i + 1) + " if { sc0_http_req_cnt(rounds),mod(" + count + ") eq "
                        + i + " } { req.hdr(authorization) -m found }\n")
                .collect(Collectors.joining());
        return """
                defaults
                  mode http
                  balance roundrobin
                  option http-server-close
                  retries 3
                  option redispatch 1
                  retry-on conn-failure
                  timeout connect 2s
                  timeout client 150s
                  timeout server 150s
                  timeout check 2s
                  option http-no-delay
                  option abortonclose
                  default-server inter 200ms fall 2 rise 1

                frontend clients
                  bind 127.0.0.1:%d
                  http-request track-sc0 req.hdr(authorization) table rounds if { req.hdr(authorization) -m found }
                  http-response set-header node %%s
                  use_backend any if { nbsrv(ready) eq 0 }
                  default_backend ready

                backend rounds
                  stick-table type string len 256 size 10k expire 1h store http_req_cnt

                backend ready
                  option httpchk
                  http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host 127.0.0.1
                  http-check expect status 200
                """.formatted(port) + rounds + servers(nodes, true) + "\nbackend any\n" + servers(nodes, false);
    }

    private static String servers(List<ServerProcess> nodes, boolean isByHealth) {
        return IntStream.range(0, nodes.size())
                .mapToObj(i -> "  server node-" + (i + 1) + " 127.0.0.1:"
                        + nodes.get(i).port() + " check"
                        + (isByHealth ? " port " + nodes.get(i).managementPort() : "") + "\n")
                .collect(Collectors.joining());
    }

    private void awaitListening() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                if (System.nanoTime() - deadline > 0 || !process.isAlive()) {
                    process.destroyForcibly();
                    throw new AssertionError("HAProxy did not start:\n" + Files.readString(log), e);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }
}
