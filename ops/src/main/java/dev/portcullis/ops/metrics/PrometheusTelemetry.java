package dev.portcullis.ops.metrics;

import dev.portcullis.ops.audit.AuditLog;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisBus;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * Counts what happens, for Prometheus. Every series is of closed sets: routes, tools, prompts, resources, and the values of enums, and made before anything counts in it. So nobody outside can
 * add one, and counting is an array index or one look-up in an immutable map, an addition, and no allocation. Any thread.
 *
 * <p>Figures of the JVM and of Netty are read when somebody scrapes ({@link RuntimeMetrics}).
 */
public final class PrometheusTelemetry implements Telemetry, AutoCloseable {
    /** Route of a request that no route has. */
    public static final String UNMATCHED_ROUTE = "unmatched";

    /** Tool, prompt or resource of a call of one that is not there. */
    public static final String UNKNOWN = "unknown";

    /** Index 0 is a peer that left before an answer, the others are the hundreds of the status. */
    private static final String[] STATUS_CLASSES = {"aborted", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RuntimeMetrics runtime;

    private final Map<String, RouteMeters> routes;
    private final RouteMeters unmatchedRoute;
    private final CallMeters tools;
    private final CallMeters prompts;
    private final CallMeters resources;
    private final EnumCounters<Outcome> refusals;
    private final EnumCounters<TokenOutcome> tokenChecks;
    private final EnumCounters<SignInStep> signInsSucceeded;
    private final EnumCounters<SignInStep> signInsFailed;
    private final EnumCounters<AuditEvent.What> auditSucceeded;
    private final EnumCounters<AuditEvent.What> auditFailed;
    private final AuditLog auditLog;
    private final OpenThings connections;
    private final OpenThings streams;

    /**
     * Makes every series.
     *
     * @param routeNames names of all routes; requests of others count as {@link #UNMATCHED_ROUTE}
     * @param offered what there is to call; calls of others count as {@link #UNKNOWN}
     */
    public PrometheusTelemetry(Set<String> routeNames, OfferedNames offered) {
        this(routeNames, offered, AuditLog.off());
    }

    /**
     * The same, with audit events written down.
     *
     * @param auditLog is not closed with this
     */
    public PrometheusTelemetry(Set<String> routeNames, OfferedNames offered, AuditLog auditLog) {
        this.auditLog = auditLog;
        registry.throwExceptionOnRegistrationFailure();
        var requestDurations = histograms(
                "portcullis_http_request_duration_seconds",
                "From a request's head to the last byte of its answer, event streams to their end",
                "route");
        unmatchedRoute = new RouteMeters(registry, requestDurations, UNMATCHED_ROUTE);
        routes = metersByName(
                routeNames, UNMATCHED_ROUTE, unmatchedRoute, name -> new RouteMeters(registry, requestDurations, name));
        tools = new CallMeters(registry, "tool", "portcullis.tool.calls", "Tool calls ended");
        prompts = new CallMeters(registry, "prompt", "portcullis.prompt.calls", "Prompts got");
        resources = new CallMeters(registry, "resource", "portcullis.resource.reads", "Resources read");
        add(offered);
        refusals = new EnumCounters<>(
                registry,
                Outcome.class,
                "reason",
                "portcullis.refusals",
                "Requests and messages refused, by reason",
                Tags.empty());
        tokenChecks = new EnumCounters<>(
                registry,
                TokenOutcome.class,
                "outcome",
                "portcullis.token.checks",
                "Bearer tokens checked, by outcome",
                Tags.empty());
        signInsSucceeded = signInSteps("succeeded");
        signInsFailed = signInSteps("failed");
        auditSucceeded = auditEvents("ok");
        auditFailed = auditEvents("failed");
        FunctionCounter.builder("portcullis.audit.dropped", auditLog, AuditLog::dropped)
                .description("Audit events that were not written down")
                .register(registry);
        connections = new OpenThings(registry, "portcullis.connections", "connections at the public listener");
        streams = new OpenThings(registry, "portcullis.streams", "event streams");
        runtime = new RuntimeMetrics(registry);
    }

    private static <M> Map<String, M> metersByName(
            Set<String> names, String otherName, M other, Function<String, M> making) {
        var meters = new HashMap<String, M>();
        meters.put(otherName, other);
        names.forEach(name -> meters.computeIfAbsent(name, making));
        return Map.copyOf(meters);
    }

    private EnumCounters<SignInStep> signInSteps(String outcome) {
        return new EnumCounters<>(
                registry,
                SignInStep.class,
                "step",
                "portcullis.sign.in.steps",
                "Steps of sign-ins that ended, in the order of the funnel, by outcome",
                Tags.of("outcome", outcome));
    }

    private EnumCounters<AuditEvent.What> auditEvents(String outcome) {
        return new EnumCounters<>(
                registry,
                AuditEvent.What.class,
                "event",
                "portcullis.audit.events",
                "Things that happened which an auditor may ask about, by outcome",
                Tags.of("outcome", outcome));
    }

    private LatencyHistograms histograms(String name, String help, String label) {
        var histograms = new LatencyHistograms(name, help, label);
        registry.getPrometheusRegistry().register(histograms);
        return histograms;
    }

    /** Makes series for what can be called from now on. What goes keeps its own; beyond 1,000 of a kind, more count as {@link #UNKNOWN}. */
    public void add(OfferedNames offered) {
        tools.add(offered.tools());
        prompts.add(offered.prompts());
        resources.add(offered.resources());
    }

    @Override
    public void requestFinished(String route, int status, long nanos) {
        routes.getOrDefault(route, unmatchedRoute).finished(status, nanos);
    }

    @Override
    public void refused(Outcome outcome) {
        refusals.increment(outcome);
    }

    @Override
    public void tokenChecked(TokenOutcome outcome) {
        tokenChecks.increment(outcome);
    }

    @Override
    public void toolCalled(String tool, ToolOutcome outcome, long nanos) {
        tools.ended(tool, outcome, nanos);
    }

    @Override
    public void promptCalled(String prompt, ToolOutcome outcome, long nanos) {
        prompts.ended(prompt, outcome, nanos);
    }

    @Override
    public void resourceRead(String resource, ToolOutcome outcome, long nanos) {
        resources.ended(resource, outcome, nanos);
    }

    @Override
    public void signIn(SignInStep step, boolean succeeded) {
        (succeeded ? signInsSucceeded : signInsFailed).increment(step);
    }

    @Override
    public void audit(AuditEvent event) {
        (event.succeeded() ? auditSucceeded : auditFailed).increment(event.what());
        auditLog.note(event);
    }

    @Override
    public void connectionOpened() {
        connections.opened.increment();
    }

    @Override
    public void connectionClosed() {
        connections.closed.increment();
    }

    @Override
    public void streamOpened() {
        streams.opened.increment();
    }

    @Override
    public void streamClosed() {
        streams.closed.increment();
    }

    /** @return where event loops and buffer allocators are handed in to be watched */
    public RuntimeMetrics runtime() {
        return runtime;
    }

    /** Counts what is known of the connections to Redis and of the words between nodes. */
    public void watch(Redis redis, RedisBus bus) {
        RedisMetrics.register(registry, redis, bus);
    }

    /** @return the {@code Content-Type} of what {@link #scrape} writes */
    public String contentType() {
        return "text/plain; version=0.0.4; charset=utf-8";
    }

    /** Writes all figures in Prometheus' text form 0.0.4. Takes milliseconds and looks into the file system: not for event loops. */
    public void scrape(OutputStream out) throws IOException {
        registry.scrape(out, contentType());
    }

    @Override
    public void close() {
        runtime.close();
        registry.close();
    }

    /** Requests of one route, by class of status, and how long they took. */
    private static final class RouteMeters {
        private final Counter[] finished = new Counter[STATUS_CLASSES.length];
        private final LatencyHistograms.Histogram duration;

        RouteMeters(MeterRegistry registry, LatencyHistograms durations, String route) {
            for (int i = 0; i < finished.length; i++) {
                finished[i] = Counter.builder("portcullis.http.requests")
                        .description("Requests answered or given up, by route and class of status")
                        .tag("route", route)
                        .tag("status", STATUS_CLASSES[i])
                        .register(registry);
            }
            duration = durations.histogram(route);
        }

        void finished(int status, long nanos) {
            int statusClass = status / 100;
            finished[statusClass > 0 && statusClass < finished.length ? statusClass : 0].increment();
            duration.record(nanos);
        }
    }

    /** How many were opened in all, and how many of them are open. */
    private static final class OpenThings {
        final LongAdder opened = new LongAdder();
        final LongAdder closed = new LongAdder();

        OpenThings(MeterRegistry registry, String name, String things) {
            Gauge.builder(name + ".open", this, OpenThings::open)
                    .description("Open " + things)
                    .strongReference(true)
                    .register(registry);
            FunctionCounter.builder(name + ".opened", opened, LongAdder::sum)
                    .description("Opened since start: " + things)
                    .register(registry);
        }

        /** What was closed is read first: what is closed in between counts as still open, and nothing as closed before it was opened. */
        private double open() {
            long ended = closed.sum();
            return opened.sum() - ended;
        }
    }
}
