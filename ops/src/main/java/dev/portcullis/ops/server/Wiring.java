package dev.portcullis.ops.server;

import dev.portcullis.ops.metrics.PrometheusTelemetry;
import java.util.Set;

/** The parts list: everything the server consists of is made here, top to bottom, and handed what it needs. */
public final class Wiring {
    private Wiring() {}

    /**
     * Makes all parts and opens the listeners. Blocks until clients can be served.
     *
     * @return the running server; whoever closes it drains it
     * @throws StartException something that the server needs is not to be had; everything made so far has been closed
     */
    public static Running start(ServerConfig config) throws StartException {
        var running = new Running();
        try {
            wire(config, running);
            return running;
        } catch (StartException | RuntimeException e) {
            running.close();
            throw e;
        }
    }

    private static void wire(ServerConfig config, Running running) throws StartException {
        MasterKeyFile.of(config.masterKey());
        running.add("metrics", new PrometheusTelemetry(Set.of(), Set.of()));
    }
}
