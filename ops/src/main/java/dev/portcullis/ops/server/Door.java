package dev.portcullis.ops.server;

import dev.portcullis.pipeline.ServerPipeline;
import dev.portcullis.server.EventLoops;
import dev.portcullis.server.GatewayServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** One listener: bound before the parts behind it are made, opened when they are, and so closed before them. */
final class Door {
    private final GatewayServer server;
    private final InetSocketAddress address;
    private final Running running;

    /**
     * Binds it.
     *
     * @param port the setting to change if that fails
     * @throws StartException the port is taken, or the address not ours
     */
    Door(EventLoops loops, InetSocketAddress wanted, Setting port, Running running) throws StartException {
        this.server = new GatewayServer(loops);
        this.running = running;
        try {
            this.address = server.bind(wanted);
        } catch (IOException e) {
            throw StartException.cannotListen(port, wanted, e.getCause() == null ? e : e.getCause());
        }
        running.add("the socket on port " + address.getPort(), server::stop);
    }

    /** @return where it really is */
    InetSocketAddress address() {
        return address;
    }

    /** Lets connections in. Closing drains: first {@code beforeDrain}, then up to {@code drainSeconds} for requests to end. */
    void open(ServerPipeline pipeline, int drainSeconds, Runnable beforeDrain) {
        server.serve(pipeline);
        running.add("the listener on port " + address.getPort(), () -> {
            beforeDrain.run();
            server.drain(Duration.ofSeconds(drainSeconds));
            server.stop();
        });
    }
}
