package dev.portcullis.ops.server;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.endpoint.admin.GrantsEndpoint;
import dev.portcullis.endpoint.admin.HealthEndpoint;
import dev.portcullis.endpoint.admin.MetricsEndpoint;
import dev.portcullis.endpoint.mcp.McpEndpoint;
import dev.portcullis.endpoint.mcp.McpHttpLimits;
import dev.portcullis.endpoint.mcp.McpRoutes;
import dev.portcullis.endpoint.oauth.AuthorizeRoutes;
import dev.portcullis.endpoint.oauth.OAuthRoutes;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.http.AssertionGate;
import dev.portcullis.http.BearerGate;
import dev.portcullis.http.Gate;
import dev.portcullis.http.GateHandler;
import dev.portcullis.http.GuardedPaths;
import dev.portcullis.http.OriginGate;
import dev.portcullis.http.OriginRules;
import dev.portcullis.http.RateGate;
import dev.portcullis.http.Route;
import dev.portcullis.http.RouteGate;
import dev.portcullis.http.Router;
import dev.portcullis.identity.AccessAssertionVerifier;
import dev.portcullis.identity.IdentityAssertions;
import dev.portcullis.identity.OidcProvider;
import dev.portcullis.identity.OidcSettings;
import dev.portcullis.mcp.dispatch.CallThreads;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.registry.Change;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.SubjectKeys;
import dev.portcullis.oauth.account.AccountFlow;
import dev.portcullis.oauth.account.GrantDesk;
import dev.portcullis.oauth.authorize.AuthorizationFlow;
import dev.portcullis.oauth.client.ClientDocuments;
import dev.portcullis.oauth.client.ClientRegistration;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.dpop.DpopProofs;
import dev.portcullis.oauth.metadata.MetadataDocuments;
import dev.portcullis.oauth.token.AccessAssertions;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.oauth.token.Oversight;
import dev.portcullis.oauth.token.TickingClock;
import dev.portcullis.oauth.token.TokenExtensions;
import dev.portcullis.oauth.token.TokenService;
import dev.portcullis.ops.audit.AuditLog;
import dev.portcullis.ops.metrics.OfferedNames;
import dev.portcullis.ops.metrics.PrometheusTelemetry;
import dev.portcullis.ops.server.AccountConfig.AuditTarget;
import dev.portcullis.pipeline.ServerPipeline;
import dev.portcullis.server.EventLoops;
import dev.portcullis.server.Offload;
import dev.portcullis.sse.TokenWatch;
import dev.portcullis.store.GrantStore;
import dev.portcullis.telemetry.Telemetry;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The parts list: everything the server consists of but what authors offer is made here, top to bottom, and handed what it needs. */
final class Wiring {
    private static final Set<String> ROUTE_NAMES = Set.of(
            "mcp",
            "sse",
            "messages",
            "metadata",
            "register",
            "authorize",
            "callback",
            "account",
            "token",
            "revoke",
            "introspect");

    private final ServerConfig config;
    private final Served served;
    private final Running running;
    private final InstantSource clock = InstantSource.system();

    private Wiring(ServerConfig config, Served served, Running running) {
        this.config = config;
        this.served = served;
        this.running = running;
    }

    /**
     * Makes all parts and opens the listeners. Blocks until clients can be served.
     *
     * @param running takes all parts; whoever closes it drains the server
     * @return the settings with the ports that are really bound
     * @throws StartException something that the server needs is not to be had; {@code running} has been closed
     */
    static ServerConfig start(ServerConfig config, Served served, Running running) throws StartException {
        try {
            var loops = running.add("the event loops", new EventLoops(EventLoops.Kind.best(), 0));
            // First, since addresses are in much of what follows.
            var door = new Door(loops, config.listen(), Setting.PORT, running);
            var management = new Door(loops, config.management(), Setting.MANAGEMENT_PORT, running);
            var bound = config.listeningOn(door.address(), management.address());
            return new Wiring(bound, served, running).wire(loops, door, management);
        } catch (StartException | RuntimeException e) {
            running.close();
            throw e;
        }
    }

    private ServerConfig wire(EventLoops loops, Door door, Door managementDoor) throws StartException {
        var limits = RoomLimits.of(config.limits());
        MasterKey key = MasterKeyFile.of(config.masterKey());
        var catalog = served.catalog();
        var auditLog = running.add("the audit log", auditLog());
        var telemetry =
                running.add("metrics", new PrometheusTelemetry(ROUTE_NAMES, OfferedNames.of(catalog), auditLog));
        catalog.changes().listen(change -> {
            if (!(change instanceof Change.ResourceUpdated)) {
                telemetry.add(OfferedNames.of(catalog));
            }
        });
        var storage = Storage.open(config.store(), limits, key, served.policy(), clock, telemetry, running);
        GrantStore store = storage.grants();
        telemetry.runtime().watch(loops.group());
        telemetry.runtime().watch("netty", ByteBufAllocator.DEFAULT);
        var offload = running.add(
                "the offload", new Offload("offload", config.limits().offloadMax()));

        // The authorization server.
        OAuthSettings oauth = oauthSettings();
        OidcSettings provider =
                identityProvider(key).keeping(config.authorization().policy().claims());
        var known = config.authorization().clients();
        var documents = new ClientDocuments(
                oauth,
                Outgoing.clientDocuments(config, limits.provider(), running, clock),
                new ClientDocuments.Limits(known.documentSecondsMax(), known.tableBytesMax()),
                clock,
                telemetry);
        var clients = new Clients(
                known.preregistered(), documents, store, key, oauth.lives().client());
        var registration = registration(oauth, key, store, telemetry);
        var policy = served.policy();
        var signIns = new OidcProvider(provider, fetcher(limits.provider()), clock);
        var flow = new AuthorizationFlow(oauth, key, store, clients, signIns, policy, telemetry);
        var account = new AccountFlow(
                new AccountFlow.Lives(
                        oauth.lives().signIn(), config.authorization().account().sessionSeconds()),
                key,
                store,
                signIns,
                policy,
                telemetry);
        var oversight =
                new Oversight(signIns, policy, config.authorization().provider().recheckSeconds());
        var grantTypes = config.authorization().grantTypes();
        var proofs = new DpopProofs(
                grantTypes.dpop(), key, store, grantTypes.isProofNonceWanted(), grantTypes.proofsMax(), telemetry);
        var extensions = new TokenExtensions(
                proofs,
                IdentityAssertions.of(
                        oauth.issuer().toString(),
                        grantTypes.assertionIssuers(),
                        config.authorization().policy().claims(),
                        fetcher(limits.provider()),
                        clock),
                grantTypes.introspectors(),
                config.isRateLimited() ? grantTypes.clientFailuresMax() : 0);
        var tokens = new TokenService(oauth, key, store, clients, oversight, extensions, telemetry);
        var verifier = new AccessTokenVerifier(
                store, oauth.resources(), limits.tokens(), running.add("the clock", new TickingClock()), telemetry);

        var guarded =
                new GuardedPaths(McpRoutes.resources(config.publicUrl()), oauth.defaultScopes(), grantTypes.dpop());

        // MCP.
        var info = served.info();
        var revisions = new Revisions(info);
        var sessions = new Sessions(key, storage.sessions(), limits.sessions(), clock);
        var dispatcher = new McpDispatcher(
                info,
                key,
                revisions,
                sessions,
                storage.shared(),
                catalog,
                policy,
                limits.calls(),
                new CallThreads(
                        running.add(
                                "tool calls",
                                new Offload("tool", config.limits().tools().callsMax())),
                        loops.group()),
                telemetry);
        var sweep = loops.group()
                .scheduleAtFixedRate(() -> Thread.startVirtualThread(sessions::sweep), 1, 1, TimeUnit.MINUTES);
        running.add("the sweep of sessions", () -> sweep.cancel(false));
        var mcp = new McpEndpoint(
                dispatcher,
                revisions,
                sessions,
                guarded,
                new TokenWatch(verifier, offload),
                new McpHttpLimits(
                        McpHttpLimits.DEFAULT.softDeadlineMillis(),
                        McpHttpLimits.DEFAULT.retryAfterSeconds(),
                        config.limits().stream(),
                        config.isSseOnMcp(),
                        config.priming()),
                offload,
                telemetry);

        // The doors.
        var routes = new ArrayList<Route>();
        routes.addAll(McpRoutes.of(
                mcp,
                config.isAuthOn() ? Route.Access.BEARER : Route.Access.OPEN,
                config.limits().http().mcpBodyBytesMax()));
        routes.addAll(OAuthRoutes.of(
                oauth,
                new MetadataDocuments(oauth, info.title(), null),
                tokens,
                registration,
                offload,
                clock,
                telemetry));
        routes.addAll(AuthorizeRoutes.of(
                oauth,
                new AuthorizeRoutes.PageSettings(
                        config.authorization().policy().scopes().words(),
                        signInUrl(provider).getRawAuthority(),
                        formTargets(provider),
                        known.trustedHosts()),
                flow,
                account,
                offload,
                clock,
                telemetry));
        Gate bearer =
                config.isAuthOn() ? new BearerGate(verifier, guarded, proofs, clock, telemetry) : BearerGate.off();
        bearer = orAssertion(
                bearer,
                new AccessAssertions.Admission(policy, oauth.scopes(), new SubjectKeys(key)),
                limits,
                telemetry);
        var origins = OriginRules.of(
                config.publicUrl(),
                config.doors().moreOrigins(),
                config.doors().moreHosts(),
                config.doors().isLoopback());
        var publicPipeline = new ServerPipeline(
                gates(routes, origins, behind(bearer, mcp.gates()), limits, offload),
                limits.http(),
                limits.connections(),
                telemetry);

        var ready = new AtomicBoolean();
        var managed = new ArrayList<>(List.of(
                HealthEndpoint.live(),
                HealthEndpoint.ready(() -> ready.get() && storage.isReady()),
                MetricsEndpoint.route(telemetry::scrape, telemetry.contentType(), offload)));
        var adminToken = config.authorization().account().adminToken();
        if (adminToken != null) {
            managed.addAll(GrantsEndpoint.routes(
                    new GrantDesk(key, store, telemetry),
                    adminToken.reveal(),
                    provider.issuer(),
                    AuditLog::nameOf,
                    offload,
                    clock));
        }
        var management = new ServerPipeline(
                new GateHandler.Gates(
                        Router.of(managed),
                        List.of(new OriginGate(OriginRules.noBrowsers()), new RouteGate()),
                        OriginRules.noBrowsers(),
                        offload),
                limits.http(),
                limits.connections(),
                Telemetry.NONE);
        managementDoor.open(management, config.drainSeconds(), () -> {});
        door.open(publicPipeline, config.drainSeconds(), () -> {
            ready.set(false);
            mcp.endStreams();
        });
        ready.set(true);
        return config.signInBy() instanceof ServerConfig.SignInBy.LocalStandIn
                ? config.signingInBy(new ServerConfig.SignInBy.LocalStandIn(
                        URI.create(provider.issuer()).getPort()))
                : config;
    }

    private @Nullable ClientRegistration registration(
            OAuthSettings oauth, MasterKey key, GrantStore store, Telemetry telemetry) {
        var offered = config.authorization().clients().registration();
        if (offered == null) {
            return null;
        }
        Secret token = offered.initialAccessToken();
        return new ClientRegistration(
                oauth,
                key,
                store,
                new ClientRegistration.Limits(config.limits().tokens().storedClientsMax(), offered.perMinuteMax()),
                token == null ? null : TokenHash.of(token.reveal()),
                telemetry);
    }

    /** @return the same, and in header mode Access's word for those without a token (O-153) */
    private Gate orAssertion(
            Gate bearer, AccessAssertions.Admission admission, RoomLimits limits, Telemetry telemetry) {
        var policy = config.authorization().policy();
        var mode = policy.headerMode();
        if (mode == null) {
            return bearer;
        }
        var team = new AccessAssertionVerifier.Team(
                mode.team(),
                mode.audiences(),
                mode.serviceTokens(),
                policy.claims(),
                config.authorization().provider().clockSkewSeconds());
        var verifier = new AccessAssertionVerifier(team, fetcher(limits.provider()), clock);
        return new AssertionGate(new AccessAssertions(verifier, admission, limits.tokens(), clock, telemetry), bearer);
    }

    private GateHandler.Gates gates(
            List<Route> routes, OriginRules origins, List<Gate> last, RoomLimits limits, Executor offload) {
        var gates = new ArrayList<Gate>();
        gates.add(new OriginGate(origins));
        if (config.isRateLimited()) {
            gates.add(new RateGate(limits.rates()));
        }
        gates.add(new RouteGate());
        gates.addAll(last);
        return new GateHandler.Gates(Router.of(routes), gates, origins, offload);
    }

    private static List<Gate> behind(Gate first, List<Gate> others) {
        var all = new ArrayList<Gate>();
        all.add(first);
        all.addAll(others);
        return all;
    }

    private AuditLog auditLog() throws StartException {
        try {
            return switch (config.authorization().account().audit()) {
                case AuditTarget.Off() -> AuditLog.off();
                case AuditTarget.StandardOutput() -> AuditLog.to(System.out, clock);
                case AuditTarget.ToFile(var file) -> AuditLog.toFile(file, clock);
            };
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "Cannot write audit events (" + e.getMessage()
                            + "): make sure that the folder can be written, or set " + Setting.AUDIT_LOG
                            + " to another place.",
                    e);
        }
    }

    private DocumentFetcher fetcher(FetchLimits limits) {
        return Outgoing.fetcher(config, limits, running);
    }

    private OAuthSettings oauthSettings() {
        return new OAuthSettings(
                config.publicUrl(),
                McpRoutes.resources(config.publicUrl()).values().stream()
                        .distinct()
                        .toList(),
                config.authorization().policy().scopes().all(),
                config.authorization().policy().scopes().defaults(),
                config.publicUrl().getScheme().equals("https"),
                config.authorization().clients().redirectSchemes(),
                config.authorization()
                        .grantTypes()
                        .addTo(new OAuthSettings.Offered(
                                config.authorization().clients().registration() != null,
                                config.authorization().clients().isByDocument(),
                                false,
                                false,
                                false,
                                false,
                                OAuthSettings.Dpop.OFF)),
                config.lives());
    }

    private OidcSettings identityProvider(MasterKey key) throws StartException {
        var spoken = config.authorization().provider();
        return switch (config.signInBy()) {
            case ServerConfig.SignInBy.Access(var id, var secret, var issuer, var endpoints) ->
                new OidcSettings(
                        issuer.toString(),
                        id,
                        secret == null ? null : secret.reveal(),
                        endpoints == null
                                ? null
                                : new OidcSettings.Endpoints(
                                        endpoints.authorization(), endpoints.token(), endpoints.jwks()),
                        config.callbackUrl(),
                        spoken.scopes(),
                        spoken.algorithms(),
                        spoken.clientAuthentication(),
                        spoken.clockSkewSeconds());
            case ServerConfig.SignInBy.LocalStandIn(int port) ->
                running.add("the stand-in for Access", StandIn.start(port, config.callbackUrl(), key, clock))
                        .oidcSettings();
        };
    }

    /** Browsers apply a page's form-action to every hop after the form; https is allowed anyway (O-62), a provider on loopback http must be named. */
    private static List<String> formTargets(OidcSettings provider) {
        URI first = signInUrl(provider);
        return first.getScheme().equals("http") ? List.of("http://" + first.getRawAuthority()) : List.of();
    }

    /** Where people are sent to sign in, or, before discovery, what has the same host. */
    private static URI signInUrl(OidcSettings provider) {
        return provider.endpoints() == null
                ? URI.create(provider.issuer())
                : provider.endpoints().authorization();
    }
}
