package dev.portcullis.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections that send the rest of a request at a byte a second, until each is refused; each at a moment of its own, as they would come from many peers. All at once would
 * halt whoever measures on the same core, for longer than it takes a server to read them. A thread of its own, from its making on.
 */
final class SlowWriters implements AutoCloseable {
    private static final int REST_MILLIS = 10;
    private static final int LOOKS_PER_SECOND = 4;
    private static final int ANSWER_BYTES_MAX = 4_096;

    private final List<Writer> writers = new ArrayList<>();
    private final CompletableFuture<List<Refusal>> ended = new CompletableFuture<>();
    private volatile boolean closing;

    /**
     * How one ended.
     *
     * @param seconds from its first byte to the end of the connection
     * @param said all that the server sent
     */
    record Refusal(double seconds, String said) {}

    /** @param atOnce how many bytes of each request are sent at once */
    SlowWriters(URI server, List<byte[]> requests, int[] atOnce) {
        for (int i = 0; i < requests.size(); i++) {
            writers.add(new Writer(server, requests.get(i), atOnce[i]));
        }
        Thread.ofPlatform().name("slow writers").daemon().start(this::run);
    }

    private void run() {
        try {
            long begun = System.nanoTime();
            int looks = 0;
            while (!closing && writers.stream().anyMatch(writer -> writer.refusal == null)) {
                TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
                double seconds = (System.nanoTime() - begun) / 1e9;
                for (; looks < seconds * LOOKS_PER_SECOND * writers.size(); looks++) {
                    look(looks % writers.size(), looks / writers.size());
                }
            }
            ended.complete(writers.stream()
                    .map(writer -> writer.refusal)
                    .filter(refusal -> refusal != null)
                    .toList());
        } catch (IOException | InterruptedException | RuntimeException e) {
            ended.completeExceptionally(e);
        }
    }

    /** In each round one of {@link #LOOKS_PER_SECOND} writes, not always the same ones. */
    private void look(int number, int round) throws IOException {
        var writer = writers.get(number);
        if (writer.refusal == null) {
            writer.look((number + round) % LOOKS_PER_SECOND == 0);
        }
    }

    /** @throws LoadException they have not all been refused by then */
    List<Refusal> await(int seconds) throws InterruptedException {
        try {
            return ended.get(seconds, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            long left =
                    writers.stream().filter(writer -> writer.refusal == null).count();
            throw new LoadException(left + " slow writers were not refused within " + seconds + " s", e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new LoadException("slow writers failed", e);
        }
    }

    @Override
    public void close() {
        closing = true;
        writers.forEach(Writer::close);
    }

    private static final class Writer {
        private final SocketChannel channel;
        private final ByteBuffer left;
        private final ByteBuffer answer = ByteBuffer.allocate(ANSWER_BYTES_MAX);
        private final long begun = System.nanoTime();
        private volatile @Nullable Refusal refusal;

        Writer(URI server, byte[] request, int atOnce) {
            try {
                channel = SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
                channel.write(ByteBuffer.wrap(request, 0, atOnce));
                channel.configureBlocking(false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            left = ByteBuffer.wrap(request, atOnce, request.length - atOnce);
        }

        void look(boolean writes) throws IOException {
            int read = channel.read(answer);
            if (read < 0) {
                String said = new String(Arrays.copyOf(answer.array(), answer.position()), StandardCharsets.UTF_8);
                refusal = new Refusal((System.nanoTime() - begun) / 1e9, said);
                channel.close();
            } else if (writes && answer.position() == 0) {
                int all = left.limit();
                left.limit(left.position() + 1);
                channel.write(left);
                left.limit(all);
            }
        }

        void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
