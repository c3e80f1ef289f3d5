package dev.portcullis.benchmarks.jmh;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.endpoint.mcp.McpEndpoint;
import dev.portcullis.endpoint.mcp.McpHttpLimits;
import dev.portcullis.endpoint.mcp.McpRoutes;
import dev.portcullis.http.BearerGate;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.GateHandler;
import dev.portcullis.http.GuardedPaths;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.OriginGate;
import dev.portcullis.http.OriginRules;
import dev.portcullis.http.RateGate;
import dev.portcullis.http.Route;
import dev.portcullis.http.RouteGate;
import dev.portcullis.http.Router;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.mcp.dispatch.CallThreads;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.dispatch.Shared;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.MemorySessionStore;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.mcp.task.MemoryTaskStore;
import dev.portcullis.mcp.task.TaskLimits;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.oauth.token.TickingClock;
import dev.portcullis.oauth.token.VerifiedToken;
import dev.portcullis.pipeline.ConnectionLimits;
import dev.portcullis.pipeline.ServerPipeline;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.sse.TokenWatch;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.tool.AddTool;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The parts that serve {@code /mcp}, as the server wires them with sign-in on, a store in memory and one person who has signed in. */
final class SignedInServer implements AutoCloseable {
    static final String AUTHORITY = "localhost:8788";

    private static final URI PUBLIC_URL = URI.create("http://" + AUTHORITY);
    private static final String RESOURCE = PUBLIC_URL + "/mcp";
    private static final String SCHEME = "Bearer ";
    private static final int BODY_BYTES_MAX = McpRoutes.BODY_BYTES_MAX;

    /** The gate counts, but never refuses: no address asks so often. */
    private static final RateGate.RateLimits UNREACHED = new RateGate.RateLimits(1_000_000_000, 1_000_000_000);

    private final TickingClock clock = new TickingClock();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final EmbeddedGrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final AccessTokenVerifier verifier;
    private final GuardedPaths guarded = GuardedPaths.of(List.of(RESOURCE), Scopes.of("mcp"));
    private final Sessions sessions;
    private final McpEndpoint endpoint;
    private final Telemetry telemetry;
    private final String token;

    SignedInServer(Telemetry telemetry) {
        this.telemetry = telemetry;
        var info = new ServerInfo("portcullis", "Portcullis", "0.1.0", null);
        var key = new MasterKey("a key of this benchmark alone");
        var revisions = new Revisions(info);
        sessions =
                new Sessions(key, new MemorySessionStore(SessionLimits.DEFAULT, clock), SessionLimits.DEFAULT, clock);
        var dispatcher = new McpDispatcher(
                info,
                key,
                revisions,
                sessions,
                Shared.alone(new MemoryTaskStore(TaskLimits.DEFAULT, clock)),
                Catalog.of(new AddTool()),
                RulePolicy.openToAll().keepingTool("generateImage", Set.of("p@example.com")),
                CallLimits.DEFAULT,
                new CallThreads(Runnable::run, timer), // add runs inline: neither is used
                telemetry);
        verifier =
                new AccessTokenVerifier(store, List.of(RESOURCE), AccessTokenVerifier.Limits.DEFAULT, clock, telemetry);
        endpoint = new McpEndpoint(
                dispatcher,
                revisions,
                sessions,
                guarded,
                new TokenWatch(verifier, Runnable::run),
                McpHttpLimits.DEFAULT,
                Runnable::run,
                telemetry);
        token = IssuedToken.in(store, 0, RESOURCE);
    }

    /** What serves {@code /mcp}. */
    Endpoint endpoint() {
        return endpoint;
    }

    /** A listener whose {@code /mcp} is this, behind all gates. */
    ServerPipeline pipeline(Endpoint served) {
        var route = new Route(
                "mcp",
                "/mcp",
                List.of(HttpMethod.POST, HttpMethod.GET, HttpMethod.DELETE),
                Route.Access.BEARER,
                Route.Cors.ALLOWED,
                BODY_BYTES_MAX,
                served);
        var origins = OriginRules.of(PUBLIC_URL, List.of(), List.of(), true);
        var gates = List.of(
                new OriginGate(origins),
                new RateGate(UNREACHED),
                new RouteGate(),
                new BearerGate(verifier, guarded, telemetry));
        return new ServerPipeline(
                new GateHandler.Gates(Router.of(List.of(route)), gates, origins, Runnable::run),
                HttpLimits.DEFAULT,
                ConnectionLimits.DEFAULT,
                telemetry);
    }

    /** A value of {@code Authorization}. */
    String credentials() {
        return SCHEME + token;
    }

    /** Opens a session for the person who has signed in. */
    String openSession(ProtocolVersion version) {
        return sessions.open(version, ClientCapabilities.NONE, caller()).id();
    }

    private Principal caller() {
        if (verifier.load(credentials(), SCHEME.length(), RESOURCE) instanceof VerifiedToken known) {
            return known.principal();
        }
        throw new IllegalStateException("the token is not known");
    }

    @Override
    public void close() {
        clock.close();
        timer.shutdownNow();
        store.close();
    }
}
