package dev.portcullis.ops.metrics;

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
 * Counts what happens, for Prometheus. Every series is of closed sets: routes, tools, and the values of enums, and made before anything counts in it. So nobody outside can
 * add one, and counting is an array index or one look-up in an immutable map, an addition, and no allocation. Any thread.
 *
 * <p>Figures of the JVM and of Netty are read when somebody scrapes ({@link RuntimeMetrics}).
 */
public final class PrometheusTelemetry implements Telemetry, AutoCloseable {
    /** Route of a request that no route has. */
    public static final String UNMATCHED_ROUTE = "unmatched";

    /** Tool of a call of a tool that is not there. */
    public static final String UNKNOWN_TOOL = "unknown";

    /** Of tools with series of their own, over the life of the server. */
    private static final int TOOLS_MAX = 1_000;

    /** Index 0 is a peer that left before an answer, the others are the hundreds of the status. */
    private static final String[] STATUS_CLASSES = {"aborted", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RuntimeMetrics runtime;

    private final Map<String, RouteMeters> routes;
    private final RouteMeters unmatchedRoute;
    private final LatencyHistograms callDurations;
    private volatile Map<String, ToolMeters> tools;
    private final ToolMeters unknownTool;
    private final EnumCounters<Outcome> refusals;
    private final EnumCounters<TokenOutcome> tokenChecks;
    private final EnumCounters<SignInStep> signInsSucceeded;
    private final EnumCounters<SignInStep> signInsFailed;
    private final OpenThings connections;
    private final OpenThings streams;

    /**
     * Makes every series.
     *
     * @param routeNames names of all routes; requests of others count as {@link #UNMATCHED_ROUTE}
     * @param toolNames names of the tools there are; calls of others count as {@link #UNKNOWN_TOOL}
     */
    public PrometheusTelemetry(Set<String> routeNames, Set<String> toolNames) {
        registry.throwExceptionOnRegistrationFailure();
        var requestDurations = histograms(
                "portcullis_http_request_duration_seconds",
                "From a request's head to the last byte of its answer, event streams to their end",
                "route");
        callDurations = histograms("portcullis_tool_call_duration_seconds", "Duration of tool calls", "tool");
        unmatchedRoute = new RouteMeters(registry, requestDurations, UNMATCHED_ROUTE);
        routes = metersByName(
                routeNames, UNMATCHED_ROUTE, unmatchedRoute, name -> new RouteMeters(registry, requestDurations, name));
        unknownTool = new ToolMeters(registry, callDurations, UNKNOWN_TOOL);
        tools = metersByName(
                toolNames, UNKNOWN_TOOL, unknownTool, name -> new ToolMeters(registry, callDurations, name));
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

    private LatencyHistograms histograms(String name, String help, String label) {
        var histograms = new LatencyHistograms(name, help, label);
        registry.getPrometheusRegistry().register(histograms);
        return histograms;
    }

    /** Makes series for tools that came later. Those that go keep theirs; beyond 1,000 tools more count as {@link #UNKNOWN_TOOL}. */
    public synchronized void addTools(Set<String> toolNames) {
        var meters = new HashMap<>(tools);
        for (String name : toolNames) {
            if (meters.size() < TOOLS_MAX) {
                meters.computeIfAbsent(name, _ -> new ToolMeters(registry, callDurations, name));
            }
        }
        tools = Map.copyOf(meters);
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
        tools.getOrDefault(tool, unknownTool).called(outcome, nanos);
    }

    @Override
    public void signIn(SignInStep step, boolean succeeded) {
        (succeeded ? signInsSucceeded : signInsFailed).increment(step);
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

    /** Calls of one tool, by outcome, and how long they took. */
    private static final class ToolMeters {
        private final EnumCounters<ToolOutcome> ended;
        private final LatencyHistograms.Histogram duration;

        ToolMeters(MeterRegistry registry, LatencyHistograms durations, String tool) {
            ended = new EnumCounters<>(
                    registry,
                    ToolOutcome.class,
                    "outcome",
                    "portcullis.tool.calls",
                    "Tool calls ended, by tool and outcome",
                    Tags.of("tool", tool));
            duration = durations.histogram(tool);
        }

        void called(ToolOutcome outcome, long nanos) {
            ended.increment(outcome);
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
