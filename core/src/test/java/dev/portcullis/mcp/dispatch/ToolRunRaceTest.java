package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** T-37: whatever comes at once — the tool's answer, a cancellation, the end of time, the peer's leaving — a call ends once. */
class ToolRunRaceTest {
    private static final int ROUNDS = 1_500;

    @Test
    void callWhenEverythingHappensAtOnceThenEndsOnceAndIsInterruptedAtMostOnce() throws Exception {
        var interruptsMax = new AtomicInteger();
        var running = new AtomicInteger();
        var tool = new TestTool(
                ToolDefinition.of("racy", "d", "{\"type\":\"object\"}").timingOutAfter(1), call -> {
                    running.incrementAndGet();
                    int interrupts = 0;
                    var random = ThreadLocalRandom.current();
                    for (int step = 1; step <= 5; step++) {
                        call.progress(step, 5, null);
                        try {
                            if (random.nextInt(3) == 0) {
                                new CountDownLatch(1)
                                        .await(random.nextInt(500), java.util.concurrent.TimeUnit.MICROSECONDS);
                            }
                        } catch (InterruptedException e) {
                            interrupts++; // a stubborn tool goes on
                        }
                    }
                    interruptsMax.accumulateAndGet(interrupts, Math::max);
                    running.decrementAndGet();
                    return ToolResult.text("done");
                });
        var random = new Random(37);
        try (var fixture = new DispatcherFixture(tool)) {
            for (int round = 0; round < ROUNDS; round++) {
                var session = fixture.session(V2025_11_25, ADA);
                var request = (JsonRpcMessage.Request)
                        message("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"racy\","
                                + "\"_meta\":{\"progressToken\":1}}}");
                var sink = new RecordingSink();
                var pending =
                        fixture.dispatcher.dispatch(request, fixture.context(V2025_11_25, ADA, session, request, sink));
                boolean leaves = random.nextInt(4) == 0;
                var other = Thread.ofVirtual().start(() -> fixture.dispatcher.endSession(session));
                var cancel = (JsonRpcMessage.Notification) message(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}");
                if (leaves && pending != null) {
                    pending.cancel();
                }
                fixture.dispatcher.notified(cancel, RequestParams.of(cancel.params()), session);
                other.join();
                if (!leaves) {
                    sink.awaitEnd();
                }
                assertThat(sink.ends.size())
                        .as("round %d: %s", round, sink.ends)
                        .isLessThanOrEqualTo(1);
                assertThat(sink.notifications).noneMatch(told -> told.startsWith("LATE"));
            }
            while (running.get() > 0) { // the last ones, stubborn and answered for
                Thread.onSpinWait();
            }
            assertThat(interruptsMax.get()).isEqualTo(1);
            assertThat(fixture.dispatcher.isIdle()).isTrue();
            assertThat(fixture.toolCalls).hasSize(ROUNDS);
        }
    }
}
