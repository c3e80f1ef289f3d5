package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.ProtocolVersion.V2026_07_28;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.model.TraceContext;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.policy.Decision;
import dev.portcullis.telemetry.Outcome;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H-131, H-43, H-198, T-43. */
class CallLogTest {
    private static final TestTool EVERY_LEVEL = TestTool.of("log", call -> {
        for (var level : LogLevel.values()) {
            call.log(level, "part", "{\"level\":\"" + level.text() + "\"}");
        }
        return ToolResult.text("done");
    });

    private static List<String> logged(
            DispatcherFixture fixture, ProtocolVersion version, @Nullable Session session, String meta)
            throws Exception {
        var sink = new RecordingSink();
        var request = request("tools/call", "{\"name\":\"log\",\"_meta\":" + meta + "}");
        fixture.dispatcher.dispatch(request, fixture.context(version, ADA, session, request, sink));
        assertThat(sink.awaitEnd()).startsWith("200 ").contains("done");
        return sink.notifications;
    }

    /** @return how many levels there are from this one on */
    private static int atLeast(LogLevel level) {
        return EnumSet.range(level, LogLevel.EMERGENCY).size();
    }

    private static String setLevel(DispatcherFixture fixture, ProtocolVersion version, Session session, String params)
            throws Exception {
        var sink = new RecordingSink();
        var request = request("logging/setLevel", params);
        fixture.dispatcher.dispatch(request, fixture.context(version, ADA, session, request, sink));
        return sink.awaitEnd();
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"V2026_07_28"})
    void logWhenInSessionThenItsLevelDecides(ProtocolVersion version) throws Exception {
        try (var fixture = new DispatcherFixture(EVERY_LEVEL)) {
            var session = fixture.session(version, ADA);
            var other = fixture.session(version, ADA);
            assertThat(logged(fixture, version, session, "{}"))
                    .hasSize(5) // warning and above until the client says
                    .first()
                    .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":"
                            + "{\"level\":\"warning\",\"logger\":\"part\",\"data\":{\"level\":\"warning\"}}}");
            for (var level : LogLevel.values()) {
                assertThat(setLevel(fixture, version, session, "{\"level\":\"" + level.text() + "\"}"))
                        .isEqualTo("200 {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
                assertThat(logged(fixture, version, session, "{}")).hasSize(atLeast(level));
            }
            assertThat(logged(fixture, version, other, "{}")).hasSize(5); // per session
            // what a request says counts only where it stands alone
            assertThat(logged(fixture, version, other, "{\"io.modelcontextprotocol/logLevel\":\"debug\"}"))
                    .hasSize(5);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"level\":\"verbose\"}",
                "{\"level\":\"WARNING\"}",
                "{\"level\":3}",
                "{\"level\":null}",
                "{\"level\":\"\"}",
                "{\"level\":[\"debug\"]}",
            })
    void setLevelWhenLevelIsBadThenInvalidParamsAndTheLevelStays(String params) throws Exception {
        try (var fixture = new DispatcherFixture(EVERY_LEVEL)) {
            var session = fixture.session(V2025_11_25, ADA);
            setLevel(fixture, V2025_11_25, session, "{\"level\":\"alert\"}");
            assertThat(setLevel(fixture, V2025_11_25, session, params))
                    .startsWith("200 ")
                    .contains("\"code\":-32602");
            assertThat(logged(fixture, V2025_11_25, session, "{}")).hasSize(2);
        }
    }

    @Test
    void setLevelWhenStatelessThenThereIsNoSuchMethod() throws Exception {
        try (var fixture = new DispatcherFixture(EVERY_LEVEL)) {
            assertThat(fixture.call(V2026_07_28, ADA, "logging/setLevel", "{\"level\":\"debug\"}"))
                    .startsWith("404 ")
                    .contains("-32601");
        }
    }

    // H-43, H-44
    @Test
    void logWhenStatelessThenTheRequestDecides() throws Exception {
        try (var fixture = new DispatcherFixture(EVERY_LEVEL)) {
            for (var level : LogLevel.values()) {
                assertThat(logged(
                                fixture,
                                V2026_07_28,
                                null,
                                "{\"io.modelcontextprotocol/logLevel\":\"" + level.text() + "\"}"))
                        .hasSize(atLeast(level));
                assertThat(logged(fixture, V2026_07_28, null, "{}")).isEmpty();
            }
            for (String bad : List.of("\"loud\"", "7", "null", "{}")) {
                assertThat(logged(fixture, V2026_07_28, null, "{\"io.modelcontextprotocol/logLevel\":" + bad + "}"))
                        .isEmpty();
            }
        }
    }

    /** T-43: each counts once, told or dropped; after the answer nothing is told. */
    @Test
    void logWhenTooMuchThenDropsAndCounts() throws Exception {
        var kept = new AtomicReference<ToolCall>();
        var chatty = TestTool.of("log", call -> {
            kept.set(call);
            for (int i = 0; i < 1_000; i++) {
                call.log(LogLevel.ERROR, "message");
            }
            return ToolResult.text("done");
        });
        var limits = DispatcherFixture.limits(CallLimits.DEFAULT.pageSize(), CallLimits.DEFAULT.completionMillis(), 10);
        try (var fixture = new DispatcherFixture((_, _) -> Decision.ALLOW, limits, Catalog.of(chatty))) {
            long beganNanos = System.nanoTime();
            var told = logged(fixture, V2025_11_25, fixture.session(V2025_11_25, ADA), "{}");
            long seconds = (System.nanoTime() - beganNanos) / 1_000_000_000 + 1;
            assertThat(told).hasSizeBetween(10, (int) Math.min(999, 10 * (seconds + 1)));
            int dropped = fixture.refusals.size();
            assertThat(told.size() + dropped).isEqualTo(1_000);
            assertThat(fixture.refusals).containsOnly(Outcome.LOG_DROPPED);
            kept.get().log(LogLevel.ERROR, "late");
            assertThat(told).noneMatch(message -> message.contains("late"));
        }
    }

    @Test
    void logWhenLongThenTextIsCutAndJsonDropped() throws Exception {
        int most = CallLimits.DEFAULT.logCharsMax();
        var tool = TestTool.of("log", call -> {
            call.log(LogLevel.ERROR, "x".repeat(most + 1));
            call.log(LogLevel.ERROR, null, "\"" + "y".repeat(most) + "\"");
            call.log(LogLevel.ERROR, "l".repeat(1_000) + "\n", "[1]");
            call.log(LogLevel.ERROR, null, "not { json");
            return ToolResult.text("done");
        });
        try (var fixture = new DispatcherFixture(tool)) {
            var told = logged(fixture, V2025_11_25, fixture.session(V2025_11_25, ADA), "{}");
            assertThat(told).hasSize(3);
            assertThat(told.get(0)).contains("\"" + "x".repeat(most) + "…\"");
            assertThat(told.get(1)).contains("\"data\":[1]").hasSizeLessThan(400);
            assertThat(told.get(2)).contains("\"data\":\"not { json\"").doesNotContain("logger");
            assertThat(fixture.refusals).containsExactly(Outcome.LOG_DROPPED);
        }
    }

    @Test
    void logWhenItHoldsTokensThenTheyAreTakenOut() throws Exception {
        String ours = "mcpat." + "a".repeat(22) + "." + "b".repeat(43);
        String signed = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
        var tool = TestTool.of("log", call -> {
            call.log(LogLevel.ERROR, "got " + ours + ", sent Bearer 0123456789abcdef~and/more==");
            call.log(LogLevel.ERROR, null, "{\"token\":\"" + signed + "\",\"user\":\"ada\"}");
            call.log(LogLevel.ERROR, "the bearer of bad news; " + "eyJ".repeat(5_000));
            return ToolResult.text("done");
        });
        try (var fixture = new DispatcherFixture(tool)) {
            var told = logged(fixture, V2025_11_25, fixture.session(V2025_11_25, ADA), "{}");
            assertThat(told.get(0)).contains("\"data\":\"got [token], sent [token]\"");
            assertThat(told.get(1)).contains("\"data\":{\"token\":\"[token]\",\"user\":\"ada\"}");
            assertThat(told.get(2)).contains("the bearer of bad news; eyJeyJ");
        }
    }

    // H-133
    @Test
    void progressWhenItDoesNotRiseThenIsNotTold() throws Exception {
        var tool = TestTool.of("log", call -> {
            call.progress(1, 3, null);
            call.log(LogLevel.ERROR, "between");
            call.progress(1, 3, null);
            call.progress(0.5, 3, null);
            call.progress(Double.NaN, 3, null);
            call.progress(2, 3, null);
            return ToolResult.text("done");
        });
        try (var fixture = new DispatcherFixture(tool)) {
            for (var version : ProtocolVersion.ALL) {
                var session = version.hasSessions() ? fixture.session(version, ADA) : null;
                assertThat(logged(fixture, version, session, "{\"progressToken\":\"t\"}"))
                        .filteredOn(message -> message.contains("notifications/progress"))
                        .hasSize(2);
                assertThat(logged(fixture, version, session, "{}"))
                        .noneMatch(message -> message.contains("notifications/progress"));
            }
        }
    }

    // H-43, H-198
    @Test
    void metaAndTraceWhenAskedForThenTellWhatTheRequestBore() throws Exception {
        String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var trace = new AtomicReference<TraceContext>();
        var tool = TestTool.of("log", call -> {
            trace.set(call.trace());
            return ToolResult.text("done " + call.meta("example.com/key") + call.meta("absent"));
        });
        try (var fixture = new DispatcherFixture(tool)) {
            var sink = new RecordingSink();
            fixture.dispatch(
                    V2026_07_28,
                    ADA,
                    request(
                            "tools/call",
                            "{\"name\":\"log\",\"_meta\":{\"example.com/key\":{\"a\":[1]},\"traceparent\":\"" + parent
                                    + "\",\"tracestate\":\"a=b\",\"baggage\":\"k=v\"}}"),
                    sink);
            assertThat(sink.awaitEnd()).contains("done {\\\"a\\\":[1]}null");
            assertThat(trace.get()).isEqualTo(new TraceContext(parent, "a=b", "k=v"));
            fixture.call(V2025_11_25, ADA, "tools/call", "{\"name\":\"log\"}");
            assertThat(trace.get()).isEqualTo(TraceContext.NONE);
        }
    }
}
