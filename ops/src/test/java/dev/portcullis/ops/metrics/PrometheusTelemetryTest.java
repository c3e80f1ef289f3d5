package dev.portcullis.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry.SignInStep;
import dev.portcullis.telemetry.Telemetry.TokenOutcome;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrometheusTelemetryTest {
    private static final Pattern SERIES = Pattern.compile(
            "[a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-zA-Z_][a-zA-Z0-9_]*=\"(\\\\.|[^\"\\\\])*\",?)*})? (NaN|[+-]Inf|[-+0-9.eE]+)");

    private final PrometheusTelemetry telemetry = new PrometheusTelemetry(
            Set.of("mcp", "token"), new OfferedNames(Set.of("add"), Set.of("greet"), Set.of("readme")));

    @AfterEach
    void tearDown() {
        telemetry.close();
    }

    @Test
    void requestFinishedWhenAnsweredThenCountsByRouteAndStatusClass() throws IOException {
        telemetry.requestFinished("mcp", 200, TimeUnit.MILLISECONDS.toNanos(3));
        telemetry.requestFinished("mcp", 204, TimeUnit.SECONDS.toNanos(100));
        telemetry.requestFinished("mcp", 401, 0);
        telemetry.requestFinished("mcp", 0, 0);
        telemetry.requestFinished("token", 503, 0);

        var series = scrape();

        assertThat(series)
                .containsEntry("portcullis_http_requests_total{route=\"mcp\",status=\"2xx\"}", 2.0)
                .containsEntry("portcullis_http_requests_total{route=\"mcp\",status=\"4xx\"}", 1.0)
                .containsEntry("portcullis_http_requests_total{route=\"mcp\",status=\"aborted\"}", 1.0)
                .containsEntry("portcullis_http_requests_total{route=\"token\",status=\"5xx\"}", 1.0)
                .containsEntry("portcullis_http_requests_total{route=\"token\",status=\"2xx\"}", 0.0)
                .containsEntry("portcullis_http_request_duration_seconds_bucket{route=\"mcp\",le=\"0.0025\"}", 2.0)
                .containsEntry("portcullis_http_request_duration_seconds_bucket{route=\"mcp\",le=\"0.005\"}", 3.0)
                .containsEntry("portcullis_http_request_duration_seconds_bucket{route=\"mcp\",le=\"60.0\"}", 3.0)
                .containsEntry("portcullis_http_request_duration_seconds_bucket{route=\"mcp\",le=\"+Inf\"}", 4.0)
                .containsEntry("portcullis_http_request_duration_seconds_count{route=\"mcp\"}", 4.0)
                .containsEntry("portcullis_http_request_duration_seconds_sum{route=\"mcp\"}", 100.003);
    }

    /** Nobody outside can add a series: labels come from closed sets. */
    @Test
    void eventsWhenNamesAreUnknownThenCountAsOtherAndAddNoSeries() throws IOException {
        var before = ours(scrape());
        for (int i = 0; i < 1_000; i++) {
            telemetry.requestFinished("/attack/" + i, 404, 1);
            telemetry.requestFinished("mcp", i, 1);
            telemetry.toolCalled("tool-" + i, ToolOutcome.UNKNOWN, 1);
            telemetry.promptCalled("prompt-" + i, ToolOutcome.UNKNOWN, 1);
            telemetry.resourceRead("test://" + i, ToolOutcome.UNKNOWN, 1);
        }
        var after = ours(scrape());

        assertThat(after.keySet()).isEqualTo(before.keySet());
        assertThat(after)
                .containsEntry("portcullis_http_requests_total{route=\"unmatched\",status=\"4xx\"}", 1_000.0)
                .containsEntry("portcullis_tool_calls_total{outcome=\"unknown\",tool=\"unknown\"}", 1_000.0)
                .containsEntry("portcullis_prompt_calls_total{outcome=\"unknown\",prompt=\"unknown\"}", 1_000.0)
                .containsEntry("portcullis_resource_reads_total{outcome=\"unknown\",resource=\"unknown\"}", 1_000.0);
    }

    @Test
    void eventsWhenOfEveryKindThenEachIsCounted() throws IOException {
        for (var outcome : Outcome.values()) {
            telemetry.refused(outcome);
        }
        for (var outcome : TokenOutcome.values()) {
            telemetry.tokenChecked(outcome);
        }
        for (var outcome : ToolOutcome.values()) {
            telemetry.toolCalled("add", outcome, 1);
            telemetry.promptCalled("greet", outcome, 1);
            telemetry.resourceRead("readme", outcome, 1);
        }
        for (var step : SignInStep.values()) {
            telemetry.signIn(step, true);
            telemetry.signIn(step, false);
            telemetry.signIn(step, false);
        }

        var series = scrape();

        assertThat(Outcome.values())
                .allSatisfy(outcome -> assertThat(series)
                        .containsEntry("portcullis_refusals_total{reason=\"" + lower(outcome) + "\"}", 1.0));
        assertThat(TokenOutcome.values())
                .allSatisfy(outcome -> assertThat(series)
                        .containsEntry("portcullis_token_checks_total{outcome=\"" + lower(outcome) + "\"}", 1.0));
        assertThat(ToolOutcome.values())
                .allSatisfy(outcome -> assertThat(series)
                        .containsEntry(
                                "portcullis_tool_calls_total{outcome=\"" + lower(outcome) + "\",tool=\"add\"}", 1.0)
                        .containsEntry(
                                "portcullis_prompt_calls_total{outcome=\"" + lower(outcome) + "\",prompt=\"greet\"}",
                                1.0)
                        .containsEntry(
                                "portcullis_resource_reads_total{outcome=\"" + lower(outcome)
                                        + "\",resource=\"readme\"}",
                                1.0));
        assertThat(SignInStep.values())
                .allSatisfy(step -> assertThat(series)
                        .containsEntry(
                                "portcullis_sign_in_steps_total{outcome=\"succeeded\",step=\"" + lower(step) + "\"}",
                                1.0)
                        .containsEntry(
                                "portcullis_sign_in_steps_total{outcome=\"failed\",step=\"" + lower(step) + "\"}",
                                2.0));
        double calls = ToolOutcome.values().length;
        assertThat(series)
                .containsEntry("portcullis_tool_call_duration_seconds_count{tool=\"add\"}", calls)
                .containsEntry("portcullis_prompt_call_duration_seconds_count{prompt=\"greet\"}", calls)
                .containsEntry("portcullis_resource_read_duration_seconds_count{resource=\"readme\"}", calls);
    }

    @Test
    void addWhenNamesComeLaterThenTheyCountFromThenOnAndTheOthersGoOn() throws IOException {
        telemetry.promptCalled("greet", ToolOutcome.OK, 1);
        telemetry.promptCalled("later", ToolOutcome.OK, 1);
        telemetry.add(new OfferedNames(Set.of(), Set.of("later"), Set.of()));
        telemetry.promptCalled("greet", ToolOutcome.OK, 1);
        telemetry.promptCalled("later", ToolOutcome.OK, 1);

        assertThat(scrape())
                .containsEntry("portcullis_prompt_calls_total{outcome=\"ok\",prompt=\"greet\"}", 2.0)
                .containsEntry("portcullis_prompt_calls_total{outcome=\"ok\",prompt=\"unknown\"}", 1.0)
                .containsEntry("portcullis_prompt_calls_total{outcome=\"ok\",prompt=\"later\"}", 1.0);
    }

    @Test
    void addWhenThereAreTooManyNamesThenTheRestCountsAsUnknown() throws IOException {
        var names = IntStream.range(0, 2_000).mapToObj(i -> "n" + i).collect(Collectors.toSet());
        telemetry.add(new OfferedNames(Set.of(), Set.of(), names));

        assertThat(scrape().keySet().stream()
                        .filter(series -> series.startsWith("portcullis_resource_reads_total{outcome=\"ok\"")))
                .hasSize(1_000);
    }

    @Test
    void openThingsWhenOpenedAndClosedThenGaugesFollow() throws IOException {
        telemetry.connectionOpened();
        telemetry.connectionOpened();
        telemetry.connectionClosed();
        telemetry.streamOpened();

        assertThat(scrape())
                .containsEntry("portcullis_connections_open", 1.0)
                .containsEntry("portcullis_connections_opened_total", 2.0)
                .containsEntry("portcullis_streams_open", 1.0)
                .containsEntry("portcullis_streams_opened_total", 1.0);

        telemetry.connectionClosed();
        telemetry.streamClosed();

        assertThat(scrape())
                .containsEntry("portcullis_connections_open", 0.0)
                .containsEntry("portcullis_streams_open", 0.0);
    }

    @Test
    void scrapeWhenNothingHappenedThenHasTheFiguresOfTheProcess() throws IOException {
        var names = scrape().keySet();

        assertThat(names)
                .anyMatch(name -> name.startsWith("jvm_memory_used_bytes{"))
                .anyMatch(name -> name.startsWith("jvm_threads_live_threads"))
                .anyMatch(name -> name.startsWith("process_uptime_seconds"))
                .anyMatch(name -> name.startsWith("process_cpu_usage"))
                .anyMatch(name -> name.startsWith("process_files_open_files"))
                .anyMatch(name -> name.startsWith("portcullis_build_info{"))
                .contains("portcullis_netty_direct_memory_reserved_bytes", "portcullis_netty_direct_memory_max_bytes");
    }

    @Test
    void watchWhenGivenLoopsAndAllocatorThenTellsTheirLatenessAndMemory() throws Exception {
        var pooled = new PooledByteBufAllocator(true);
        telemetry.runtime().watch("pooled", pooled);
        var buffer = pooled.directBuffer(1 << 16);
        var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            telemetry.runtime().watch(group);
            // The probe runs ten times a second; each run is waited for, none is timed.
            while (scrape().get("portcullis_event_loop_delay_seconds_count") < 2) {
                group.schedule(() -> {}, 100, TimeUnit.MILLISECONDS).sync();
            }

            assertThat(scrape())
                    .containsKey("portcullis_event_loop_pending_tasks{loop=\"0\"}")
                    .hasEntrySatisfying(
                            "portcullis_netty_allocator_memory_bytes{allocator=\"pooled\",area=\"direct\"}",
                            bytes -> assertThat(bytes).isGreaterThanOrEqualTo(1 << 16))
                    .hasEntrySatisfying(
                            "portcullis_netty_allocator_direct_active_bytes{allocator=\"pooled\"}",
                            bytes -> assertThat(bytes).isGreaterThanOrEqualTo(1 << 16));
        } finally {
            buffer.release();
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
    }

    /** Counting stands on the path of every request. */
    @Test
    void eventsWhenCountedThenAllocateNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        countAll(20_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        countAll(100_000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        // Less than one byte an event: none of them makes an object.
        assertThat(allocated).isLessThan(600_000);
    }

    private void countAll(int times) {
        for (int i = 0; i < times; i++) {
            telemetry.requestFinished("mcp", 200, i);
            telemetry.refused(Outcome.NO_TOKEN);
            telemetry.tokenChecked(TokenOutcome.HIT);
            telemetry.toolCalled("add", ToolOutcome.OK, i);
            telemetry.promptCalled("greet", ToolOutcome.OK, i);
            telemetry.resourceRead("readme", ToolOutcome.OK, i);
            telemetry.signIn(SignInStep.TOKEN, true);
            telemetry.streamOpened();
            telemetry.streamClosed();
        }
    }

    /** Prometheus' own checker: what it cannot parse, or calls a bad name, fails. */
    @Test
    void scrapeWhenCheckedByPromtoolThenPasses(@TempDir Path directory) throws Exception {
        assumeTrue(isInstalled("promtool"), "promtool is not installed (Debian: prometheus)");
        Path metrics = directory.resolve("metrics");
        telemetry.requestFinished("mcp", 200, 1);
        try (var out = Files.newOutputStream(metrics)) {
            telemetry.scrape(out);
        }

        var process = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(metrics.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();

        // 3: it parsed, and has remarks on names; those of Micrometer's JVM figures are not ours to choose.
        assertThat(code).as(said).isIn(0, 3);
        assertThat(said.lines()).noneMatch(line -> line.startsWith("portcullis_"));
    }

    private static boolean isInstalled(String command) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Double> ours(Map<String, Double> series) {
        var ours = new HashMap<>(series);
        ours.keySet().removeIf(name -> !name.startsWith("portcullis_"));
        return ours;
    }

    /** Reads the text form strictly: every line is a comment or a series that occurs once. */
    private Map<String, Double> scrape() throws IOException {
        var out = new ByteArrayOutputStream();
        telemetry.scrape(out);
        var series = new HashMap<String, Double>();
        for (String line : out.toString(StandardCharsets.UTF_8).split("\n", -1)) {
            if (line.isEmpty() || line.startsWith("# HELP ") || line.startsWith("# TYPE ")) {
                continue;
            }
            assertThat(line).matches(SERIES);
            int space = line.lastIndexOf(' ');
            String value = line.substring(space + 1).replace("Inf", "Infinity");
            assertThat(series.put(line.substring(0, space), Double.parseDouble(value)))
                    .as(line)
                    .isNull();
        }
        return series;
    }
}
