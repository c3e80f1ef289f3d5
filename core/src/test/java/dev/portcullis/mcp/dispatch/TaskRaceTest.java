package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.TaskFixture.idOf;
import static dev.portcullis.mcp.dispatch.TaskFixture.member;
import static dev.portcullis.mcp.dispatch.TaskFixture.text;
import static dev.portcullis.mcp.dispatch.TaskFixture.tool;
import static dev.portcullis.mcp.registry.ToolDefinition.TaskSupport.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.model.InputRequest.Form;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.mcp.task.MemoryTaskStore;
import dev.portcullis.mcp.task.TaskLimits;
import dev.portcullis.policy.RulePolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** T-37, T-39: whatever comes at once — an answer, a cancellation, the end of time, a lost connection — a task ends once, and nothing is left of it. */
class TaskRaceTest {
    private static final int ROUNDS = 400;

    private final AtomicInteger interruptsMax = new AtomicInteger();

    /** Becomes a task, asks now and then, and is hard to stop. */
    private TestTool racy() {
        return tool("racy", OPTIONAL, call -> {
            var random = ThreadLocalRandom.current();
            int interrupts = 0;
            boolean asks = false;
            idle(random.nextInt(3) == 0 ? 200 : 0);
            call.becomeTask();
            for (int step = 1; step <= 3; step++) {
                call.progress(step, 3, "step " + step);
                try {
                    asks = random.nextInt(3) == 0;
                    if (asks) {
                        call.elicit("word", Form.of("A word?").requireText("word", null));
                    } else {
                        new CountDownLatch(1).await(random.nextInt(300), TimeUnit.MICROSECONDS);
                    }
                } catch (InterruptedException e) {
                    interrupts +=
                            asks ? 0 : 1; // a stubborn tool goes on; whoever asks after the end hears so each time
                }
            }
            interruptsMax.accumulateAndGet(interrupts, Math::max);
            return random.nextBoolean() ? ToolResult.text("done") : ToolResult.error("no");
        });
    }

    private static void idle(int microsMax) {
        if (microsMax > 0) {
            long endNanos = System.nanoTime() + ThreadLocalRandom.current().nextInt(microsMax) * 1_000L;
            while (System.nanoTime() < endNanos) {
                Thread.onSpinWait();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void taskWhenEverythingHappensAtOnceThenItEndsOnceAndLeavesNothing(boolean modern) throws Exception {
        var limits = new TaskLimits(60_000, 1_000, 600_000, 60_000, 500, 10_000, 10_000, 1 << 24, 1 << 24, 8);
        var random = new Random(modern ? 37 : 39);
        try (var fixture = new TaskFixture(
                CallLimits.DEFAULT.running(60_000, 10_000).tasks(limits), RulePolicy.openToAll(), racy())) {
            var client = modern ? fixture.modern(ADA) : fixture.session(ADA);
            for (int round = 0; round < ROUNDS; round++) {
                var sent = client.send("tools/call", "{\"name\":\"racy\"" + (modern ? "}" : ",\"task\":{}}"));
                if (random.nextInt(4) == 0) {
                    sent.pending().cancel(); // before, while or after it becomes a task
                }
                var waits = race(fixture, client, sent, modern, random);
                for (var wait : waits) {
                    wait.sink().awaitEnd();
                    assertThat(wait.sink().ends).hasSize(1);
                    assertThat(wait.sink().requests).noneMatch(request -> request.startsWith("LATE"));
                }
                assertThat(sent.sink().ends).hasSizeLessThanOrEqualTo(1);
                assertThat(sent.sink().notifications).isEmpty();
            }
            while (!fixture.dispatcher.isIdle() || !fixture.dispatcher.hasNoThreads()) {
                Thread.onSpinWait();
            }
            assertThat(interruptsMax.get()).isLessThanOrEqualTo(1);
            assertThat(fixture.toolCalls).hasSize(ROUNDS);
            fixture.pass(60_000);
            assertThat(((MemoryTaskStore) fixture.store).isEmpty()).isTrue();
        }
    }

    /** Does all that can be done to a task, in some order and on threads of its own. @return requests that wait for its end */
    private static List<TaskFixture.Client.Sent> race(
            TaskFixture fixture, TaskFixture.Client client, TaskFixture.Client.Sent sent, boolean modern, Random random)
            throws Exception {
        if (!becomesTask(fixture, sent)) {
            return List.of();
        }
        String result = member(sent.sink().awaitBody(), "result");
        String id = modern ? text(result, "taskId") : text(result, "task", "taskId");
        var waits = Collections.synchronizedList(new ArrayList<TaskFixture.Client.Sent>());
        var threads = new ArrayList<Thread>();
        if (!modern) {
            threads.add(start(() -> waits.add(client.send("tasks/result", idOf(id)))));
            threads.add(start(() -> waits.add(client.send("tasks/result", idOf(id)))));
        } else {
            threads.add(start(() -> answer(client, id)));
        }
        int end = random.nextInt(4);
        if (end == 0 || end == 1) {
            threads.add(start(() -> client.send("tasks/cancel", idOf(id)).sink().awaitEnd()));
        }
        if (end == 0 || end == 2) {
            threads.add(start(() -> fixture.pass(60_000)));
        }
        for (var thread : threads) {
            thread.join();
        }
        client.send("tasks/cancel", idOf(id)).sink().awaitEnd(); // whatever has come before
        String now = client.call("tasks/get", idOf(id));
        assertThat(now).doesNotContain("\"working\"").doesNotContain("\"input_required\"");
        return waits;
    }

    /** @return false if the connection was lost before */
    private static boolean becomesTask(TaskFixture fixture, TaskFixture.Client.Sent sent) {
        int calls = fixture.toolCalls.size();
        while (!sent.sink().isEnded()) {
            if (fixture.toolCalls.size() > calls || fixture.dispatcher.hasNoThreads()) {
                return sent.sink().isEnded();
            }
            Thread.onSpinWait();
        }
        return true;
    }

    /** Answers whatever is asked, until the task has ended. */
    private static void answer(TaskFixture.Client client, String id) throws Exception {
        for (int i = 0; i < 20; i++) {
            String task = client.call("tasks/get", idOf(id)).substring(4);
            String open = member(task, "result", "inputRequests");
            if (open != null) {
                String key = open.substring(2, open.indexOf('"', 2));
                client.call(
                        "tasks/update",
                        "{\"taskId\":\"" + id + "\",\"inputResponses\":{\"" + key
                                + "\":{\"action\":\"accept\",\"content\":{\"word\":\"hi\"}}}}");
            }
        }
    }

    /** Something that may be interrupted. */
    private interface Step {
        void run() throws Exception;
    }

    private static Thread start(Step step) {
        return Thread.ofVirtual().start(() -> {
            try {
                step.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }
}
