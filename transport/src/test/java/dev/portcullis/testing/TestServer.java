package dev.portcullis.testing;

import dev.portcullis.http.BearerGate;
import dev.portcullis.http.Gate;
import dev.portcullis.http.GateHandler.Gates;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.OriginGate;
import dev.portcullis.http.OriginRules;
import dev.portcullis.http.Route;
import dev.portcullis.http.RouteGate;
import dev.portcullis.http.Router;
import dev.portcullis.pipeline.ConnectionLimits;
import dev.portcullis.pipeline.ServerPipeline;
import dev.portcullis.server.EventLoops;
import dev.portcullis.server.GatewayServer;
import dev.portcullis.server.Offload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;

/** A whole server on a free port of loopback, with everything but real endpoints. */
public final class TestServer implements AutoCloseable {
    /** The public origin, and an origin that is allowed beside it. */
    public static final String PUBLIC = "https://mcp.example.com";

    public static final String FRIEND = "https://inspector.example.org";

    /** One pair of event loops for all tests of a JVM: they start once. */
    private static final EventLoops LOOPS = new EventLoops(EventLoops.Kind.best(), 2);

    public final CountingTelemetry telemetry = new CountingTelemetry();
    public final Offload offload;
    public final GatewayServer server;
    public final int port;

    private TestServer(
            List<Route> routes, List<Gate> more, HttpLimits limits, ConnectionLimits connectionLimits, int tasksMax) {
        offload = new Offload("test", tasksMax);
        var origins = OriginRules.of(URI.create(PUBLIC), List.of(FRIEND), List.of(), true);
        var gates = new java.util.ArrayList<Gate>(List.of(new OriginGate(origins), new RouteGate()));
        gates.addAll(more);
        server = new GatewayServer(LOOPS);
        try {
            port = server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.serve(new ServerPipeline(
                new Gates(Router.of(routes), gates, origins, offload), limits, connectionLimits, telemetry));
    }

    public static TestServer with(Route... routes) {
        return new Settings().start(routes);
    }

    /** What a test wants different. */
    public static final class Settings {
        private HttpLimits limits = HttpLimits.DEFAULT;
        private ConnectionLimits connectionLimits = ConnectionLimits.DEFAULT;
        private List<Gate> more = List.of(BearerGate.off());
        private int tasksMax = 64;

        public Settings limits(HttpLimits changed) {
            limits = changed;
            return this;
        }

        public Settings connectionLimits(ConnectionLimits changed) {
            connectionLimits = changed;
            return this;
        }

        /** After the origin and route gates, instead of a bearer gate that is off. */
        public Settings gates(Gate... instead) {
            more = List.of(instead);
            return this;
        }

        public Settings tasksMax(int changed) {
            tasksMax = changed;
            return this;
        }

        public TestServer start(Route... routes) {
            return new TestServer(List.of(routes), more, limits, connectionLimits, tasksMax);
        }
    }

    public RawClient connect() {
        return new RawClient(port);
    }

    @Override
    public void close() {
        server.stop();
        Await.until("all connections closed", () -> telemetry.connections.get() == 0);
        offload.close();
    }
}
