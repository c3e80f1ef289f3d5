package dev.portcullis.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * What the heap of a server holds for a stream on which nothing happens, over real sockets, each time the project is built: objects after a full collection, so that it is the
 * same on a busy machine. {@code ops/bench load idle} measures 15,000 of them, and resident memory too.
 */
@EnabledOnOs(OS.LINUX) // processes are looked at by /proc
final class IdleStreamHeapTest {
    private static final int STREAMS = 400;
    private static final int PER_PERSON = 100;

    /** The aim is below 3,072; this is what there is, and less than a handler more. */
    private static final int LISTEN_BYTES_MAX = 2_150;

    private static final int SESSION_BYTES_MAX = 2_350;

    /** The ends of the pipeline, and the handler that a stream is left with. */
    private static final int HANDLERS = 3;

    private static final long PATIENCE_SECONDS = 60;

    private final Lab lab = new Lab(new Lab.Setup(
            List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-XX:+UseCompactObjectHeaders",
                    "-Dio.netty.leakDetection.level=disabled", // what is watched weighs more
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.portcullis.ops.Main"),
            List.of(),
            true));

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void listenWhenIdleThenWeighsNoMoreThanItDid() throws Exception {
        try (var server = lab.server(Map.of())) {
            var streams = IdleScenario.listens(STREAMS, signIn(server));

            assertWeight(server, "acknowledged", streams, LISTEN_BYTES_MAX);
        }
    }

    @Test
    void streamOfSessionWhenIdleThenWeighsNoMoreThanItDid() throws Exception {
        try (var server = lab.server(Map.of())) {
            var streams = IdleScenario.sessions(server, STREAMS, signIn(server));

            assertWeight(server, "\r\n\r\n", streams, SESSION_BYTES_MAX);
        }
    }

    private static List<Tokens.Token> signIn(Subject server) throws InterruptedException {
        return Tokens.register(server.uri()).signIn(STREAMS / PER_PERSON, STREAMS / PER_PERSON);
    }

    private static void assertWeight(Subject server, String sign, List<Request> requests, int bytesMax)
            throws InterruptedException {
        int files = server.openFiles();
        try (var first = new HeldStreams(server.uri(), sign)) { // what is made once is not to be counted
            first.open(requests);
        }
        awaitFiles(server, files);
        var before = HeapHistogram.of(server);
        try (var held = new HeldStreams(server.uri(), sign)) {
            held.open(requests);
            var after = HeapHistogram.of(server);

            assertThat(after.bytesOfEach(before, STREAMS))
                    .as("bytes of a stream: %n%s", after.growthSince(before, STREAMS))
                    .isLessThan(bytesMax)
                    .isGreaterThan(1_000); // a socket is there at all
            assertThat(after.objectsSince(before, "io.netty.channel.DefaultChannelHandlerContext"))
                    .isLessThanOrEqualTo(HANDLERS * STREAMS);
        }
    }

    /** The server has closed what its clients have left. */
    private static void awaitFiles(Subject server, int most) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (server.openFiles() > most) {
            assertThat(System.nanoTime()).as("streams are still open").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
