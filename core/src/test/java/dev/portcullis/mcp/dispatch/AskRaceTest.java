package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.dispatch.AskFixture.ALL;
import static dev.portcullis.mcp.dispatch.AskFixture.id;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.mcp.session.Session;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** T-35, T-37: answers, refusals, a cancellation, the end of time and of the session come at once: a call ends once, and a question is answered or cancelled, not both. */
class AskRaceTest {
    private static final int ROUNDS = 1_500;
    private static final String SPOKEN =
            "{\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"x\"},\"model\":\"m\"}";

    @Test
    void askWhenEverythingHappensAtOnceThenEndsOnce() throws Exception {
        var running = new AtomicInteger();
        var hangs = new AtomicBoolean();
        var tool = TestTool.of("racy", call -> {
            running.incrementAndGet();
            try {
                var both = call.ask(Map.of(
                        "a", InputRequest.Sampling.of("a", 1),
                        "b", InputRequest.Sampling.of("b", 1)));
                if (hangs.get()) {
                    new CountDownLatch(1).await(); // until its time is over
                }
                call.sample("c", InputRequest.Sampling.of("c", 1));
                return ToolResult.text("answered " + both.size());
            } finally {
                running.decrementAndGet();
            }
        });
        var random = new Random(35);
        var seen = new ArrayList<String>();
        try (var fixture = new AskFixture(tool)) {
            for (int round = 0; round < ROUNDS; round++) {
                hangs.set(random.nextInt(3) == 0);
                seen.add(round(fixture, random, "round " + round));
                while (running.get() > 0) { // the call has ended; its code leaves
                    Thread.onSpinWait();
                }
                assertThat(fixture.dispatcher.isIdle()).as("round %d", round).isTrue();
            }
            assertThat(seen) // else it was no race
                    .anyMatch(end -> end.contains("answered 2"))
                    .anyMatch(end -> end.contains("refused"))
                    .anyMatch(end -> end.contains("No answer within"))
                    .anyMatch(end -> end.equals("withdrawn"));
            assertThat(fixture.toolCalls).hasSize(ROUNDS);
        }
    }

    private static String round(AskFixture fixture, Random random, String name) throws Exception {
        var session = fixture.session(V2025_11_25, ADA);
        var running = fixture.call(session, ADA, ALL, "tools/call", "{\"name\":\"racy\"}");
        var sink = running.sink();
        List<String> asked = List.of(sink.awaitRequest(0), sink.awaitRequest(1));
        var cancel = (JsonRpcMessage.Notification)
                message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}");

        List<Runnable> events = new ArrayList<>();
        for (String question : asked) {
            events.add(() -> fixture.answer(session, question, SPOKEN));
            if (random.nextInt(3) == 0) {
                events.add(() -> fixture.answer(session, question, SPOKEN));
            }
            if (random.nextInt(4) == 0) {
                events.add(() -> fixture.refuse(session, question, "{\"code\":-1,\"message\":\"no\"}"));
            }
        }
        if (random.nextInt(3) == 0) {
            events.add(() -> fixture.dispatcher.notified(cancel, RequestParams.of(cancel.params()), session));
        }
        if (random.nextInt(4) == 0) {
            events.add(() -> fixture.dispatcher.endSession(session));
        }
        if (random.nextInt(2) == 0) {
            events.add(fixture.timer::fire);
            events.add(fixture.timer::fire);
        }
        Collections.shuffle(events, random);
        atOnce(events);

        answerTheLast(fixture, session, sink);
        String end = sink.awaitEnd();
        assertThat(sink.ends).as(name).hasSize(1);
        assertThat(sink.requests).as(name).noneMatch(request -> request.startsWith("LATE"));
        assertThat(sink.notifications)
                .as(name)
                .noneMatch(told -> told.startsWith("LATE"))
                .doesNotHaveDuplicates()
                .allMatch(told -> sink.requests.stream().anyMatch(request -> told.contains(id(request))));
        return end;
    }

    private static void atOnce(List<Runnable> events) throws Exception {
        var barrier = new CyclicBarrier(events.size());
        List<Thread> threads = new ArrayList<>();
        for (var event : events) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    barrier.await();
                    event.run();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
    }

    /** The third question, if the call comes so far; else its time is over. */
    private static void answerTheLast(AskFixture fixture, Session session, RecordingSink sink) throws Exception {
        while (!sink.isEnded()) {
            if (sink.requests.size() > 2) {
                fixture.answer(session, sink.requests.get(2), SPOKEN);
                return;
            }
            fixture.timer.fire();
            Thread.onSpinWait();
        }
    }
}
