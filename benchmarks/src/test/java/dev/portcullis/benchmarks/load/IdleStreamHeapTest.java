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

    /** The aim; with io_uring there are 2,050 and 1,920, with other transports some more or less. */
    private static final int BYTES_MAX = 3_000;

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
    void listenWhenIdleThenIsLightAndHasOneHandlerAndNoBuffer() throws Exception {
        try (var server = lab.server(Map.of())) {
            var streams = IdleScenario.listens(STREAMS, signIn(server));

            assertWeight(server, "acknowledged", streams);
        }
    }

    @Test
    void streamOfSessionWhenIdleThenIsLightAndHasOneHandlerAndNoBuffer() throws Exception {
        try (var server = lab.server(Map.of())) {
            var streams = IdleScenario.sessions(server, STREAMS, signIn(server));

            assertWeight(server, "\r\n\r\n", streams);
        }
    }

    private static List<Tokens.Token> signIn(Subject server) throws InterruptedException {
        return Tokens.register(server.uri()).signIn(STREAMS / PER_PERSON, STREAMS / PER_PERSON);
    }

    private static void assertWeight(Subject server, String sign, List<Request> requests) throws InterruptedException {
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
                    .isLessThan(BYTES_MAX)
                    .isGreaterThan(1_000); // a socket is there at all
            assertThat(after.objectsSince(before, "DefaultChannelHandlerContext"))
                    .as("handlers: the one that a stream is left with")
                    .isBetween((long) STREAMS / 2, STREAMS + STREAMS / 2L);
            assertThat(after.objectsSince(before, "ByteBuf"))
                    .as("buffers that are held")
                    .isLessThan(STREAMS / 2);
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
