package dev.portcullis.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Connections that ask and never read. What the kernel would take for them is kept small. Main thread. */
final class SlowReaders implements AutoCloseable {
    private static final int KERNEL_BYTES = 4_096;

    private final URI server;
    private final List<Socket> sockets = new ArrayList<>();

    SlowReaders(URI server) {
        this.server = server;
    }

    /** Has so many more ask. */
    void ask(Request request, int count) {
        byte[] bytes = ManyAnswers.bytes(server, request);
        try {
            for (int i = 0; i < count; i++) {
                var socket = new Socket();
                sockets.add(socket);
                socket.setReceiveBufferSize(KERNEL_BYTES);
                socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
                socket.getOutputStream().write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int size() {
        return sockets.size();
    }

    @Override
    public void close() {
        for (var socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
