package dev.portcullis.mcp.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.json.Json;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.task.TaskStore.Place;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every {@link TaskStore} does, and several nodes that share one: each call goes to another of them. */
@Timeout(120)
abstract class TaskStoreContract {
    static final TaskOwner ADA = new TaskOwner("https://issuer.example", "ada", "client-1", "realm");
    static final TaskOwner BOB = new TaskOwner("https://issuer.example", "bob", "client-1", "realm");
    static final TaskOwner NOBODY = new TaskOwner("urn:portcullis:no-auth", "anonymous", "anonymous", "realm");
    static final TaskLimits LIMITS = new TaskLimits(60_000, 1_000, 600_000, 60_000, 500, 10, 4, 1_000, 600, 3);

    final AtomicLong now = new AtomicLong(1_700_000_000_000L);
    final InstantSource clock = () -> Instant.ofEpochMilli(now.get());
    private final AtomicInteger calls = new AtomicInteger();

    /** The nodes of one store; always the same in one test. */
    abstract List<? extends TaskStore> nodes();

    final TaskStore store() {
        var nodes = nodes();
        return nodes.get(calls.getAndIncrement() % nodes.size());
    }

    final Task create(TaskOwner owner) throws McpException {
        return store().create(owner, "tool", null);
    }

    final Task found(Task task) {
        return Objects.requireNonNull(store().find(task.id(), task.owner()));
    }

    static TaskState.Completed completed(int bytes) {
        return new TaskState.Completed(Json.parse("\"" + "x".repeat(bytes - 2) + "\""), false);
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as(what).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    // H-225: at least 128 bits, and none comes twice
    @Test
    void createWhenRepeatedThenIdsAreLongAndDiffer() throws McpException {
        var ids = new HashSet<String>();
        for (int i = 0; i < 200; i++) {
            var task = create(NOBODY);
            assertThat(task.id()).matches("[A-Za-z0-9_-]{22,40}");
            ids.add(task.id().substring(task.id().length() - 22));
            store().forget(task.id());
            assertThat(store().find(task.id(), NOBODY)).isNull();
        }
        assertThat(ids).hasSize(200);
    }

    // T-39
    @ParameterizedTest
    @CsvSource({"0, 1000", "1, 1000", "1000, 1000", "5000, 5000", "315360000000, 600000", "9223372036854775807, 600000"
    })
    void createWhenClientWantsATimeThenItIsClamped(long wanted, int granted) throws McpException {
        assertThat(store().create(ADA, "tool", wanted).ttlMillis()).isEqualTo(granted);
        assertThat(create(ADA).ttlMillis()).isEqualTo(60_000);
    }

    // H-224, H-225
    @Test
    void findWhenItIsNotTheOwnersOrItsTimeIsOverThenUnknown() throws McpException {
        var task = create(ADA);
        for (var node : nodes()) {
            assertThat(node.find(task.id(), ADA)).isEqualTo(task);
            assertThat(node.find(task.id(), BOB)).isNull();
            assertThat(node.find(task.id(), new TaskOwner(ADA.issuer(), ADA.subject(), "client-2", ADA.realm())))
                    .isNull();
            assertThat(node.find(task.id(), new TaskOwner(ADA.issuer(), ADA.subject(), ADA.clientId(), "other")))
                    .isNull();
            for (String id : List.of("nope", "", "x".repeat(30), "{}".repeat(15), "x".repeat(100_000), "\u0000")) {
                assertThat(node.find(id, ADA)).isNull();
                assertThat(node.watch(id, () -> {})).isNull();
                assertThat(node.move(id, new TaskState.Cancelled())).isFalse();
            }
        }
        now.addAndGet(59_999);
        assertThat(store().find(task.id(), ADA)).isNotNull();
        now.addAndGet(1);
        assertThat(store().find(task.id(), ADA)).isNull();
        assertThat(store().move(task.id(), completed(10))).isFalse();
        assertThat(store().list(ADA, null, 10)).isEmpty();
        assertThat(store().watch(task.id(), () -> {})).isNull();
    }

    // T-39: counts of a person, over all clients, and of all
    @Test
    void createWhenPersonHasTooManyThenRefusesThemAlone() throws McpException {
        for (int i = 0; i < 4; i++) {
            create(new TaskOwner(ADA.issuer(), ADA.subject(), "client-" + i, "realm"));
        }
        for (var _ : nodes()) {
            assertRefused(ADA, McpError.TOO_MANY);
        }
        create(BOB);
        now.addAndGet(60_000);
        create(ADA);
    }

    @Test
    void createWhenThereAreTooManyThenRefusesEverybody() throws McpException {
        for (int i = 0; i < 10; i++) {
            create(NOBODY); // who is nobody has no share: only the whole is bounded
        }
        for (var _ : nodes()) {
            assertRefused(NOBODY, McpError.OVERLOADED);
            assertRefused(ADA, McpError.OVERLOADED);
        }
        now.addAndGet(60_000);
        create(ADA);
    }

    private void assertRefused(TaskOwner owner, McpError error) {
        assertThatThrownBy(() -> create(owner))
                .isInstanceOfSatisfying(
                        McpException.class, e -> assertThat(e.error()).isEqualTo(error));
    }

    // H-222
    @Test
    void moveWhenTaskHasEndedThenItStaysAsItIs() throws McpException {
        for (var end : List.of(completed(10), new TaskState.Failed(Json.parse("{}")), new TaskState.Cancelled())) {
            var task = create(ADA);
            assertThat(store().move(task.id(), end)).isTrue();
            for (var other : List.of(
                    new TaskState.Working(),
                    completed(12),
                    new TaskState.Cancelled(),
                    new TaskState.Asking(Map.of("a", new InputRequest.Roots()), Map.of()))) {
                assertThat(store().move(task.id(), other)).isFalse();
            }
            store().say(task.id(), "too late");
            assertThat(found(task).state()).hasToString(end.toString());
            assertThat(found(task).message()).isNull();
            store().forget(task.id());
        }
    }

    // H-222: of a result, a failure and a cancellation that come at once through different nodes, one wins, and whoever
    // won knows
    @RepeatedTest(20)
    void moveWhenEndsRaceThenOneWins() throws Exception {
        var task = create(ADA);
        var ends = List.<TaskState>of(
                completed(10), new TaskState.Cancelled(), new TaskState.Failed(Json.parse("{\"code\":1}")));
        var start = new CyclicBarrier(ends.size());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var attempts = new ArrayList<Callable<Boolean>>();
            for (var end : ends) {
                var node = store();
                attempts.add(() -> {
                    start.await();
                    return node.move(task.id(), end);
                });
            }
            var won = new ArrayList<TaskState>();
            var results = threads.invokeAll(attempts);
            for (int i = 0; i < ends.size(); i++) {
                if (results.get(i).get()) {
                    won.add(ends.get(i));
                }
            }
            assertThat(won).hasSize(1);
            for (var node : nodes()) {
                assertThat(Objects.requireNonNull(node.find(task.id(), ADA)).state())
                        .hasSameClassAs(won.getFirst());
            }
        }
    }

    // no change is lost that comes at the same time as another
    @Test
    void answerWhenManyComeAtOnceThenEachIsTaken() throws Exception {
        var task = create(ADA);
        Map<String, InputRequest> requests = new TreeMap<>();
        for (int i = 0; i < 12; i++) {
            requests.put("q" + i, new InputRequest.Roots());
        }
        store().move(task.id(), new TaskState.Asking(requests, Map.of()));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String key : requests.keySet()) {
                var node = store();
                threads.execute(() -> node.answer(task.id(), key, new TaskAnswer.Refused(7, key)));
            }
        }
        var asking = (TaskState.Asking) found(task).state();
        assertThat(asking.open()).isEmpty();
        asking.answers().forEach((key, answer) -> assertThat(answer).isEqualTo(new TaskAnswer.Refused(7, key)));
    }

    @Test
    void moveWhenStateChangesThenSaysWhen() throws McpException {
        var task = create(ADA);
        now.addAndGet(5);
        store().say(task.id(), "half");
        assertThat(found(task).message()).isEqualTo("half");
        assertThat(found(task).lastUpdatedAtMillis() - task.createdAtMillis()).isEqualTo(5);
    }

    // H-223
    @Test
    void answerWhenKeyIsUnknownOrAnsweredThenNothingChanges() throws McpException {
        var task = create(ADA);
        var first = new TaskAnswer.Given(Json.parse("{\"n\":1}"));
        store().answer(task.id(), "a", first); // asks nothing yet
        Map<String, InputRequest> requests = Map.of("a", new InputRequest.Roots(), "b", new InputRequest.Roots());
        store().move(task.id(), new TaskState.Asking(requests, Map.of()));
        store().answer(task.id(), "a", first);
        store().answer(task.id(), "a", new TaskAnswer.Refused(-1, "no"));
        store().answer(task.id(), "c", first);
        var asking = (TaskState.Asking) found(task).state();
        assertThat(asking.answers()).containsOnlyKeys("a");
        assertThat(((TaskAnswer.Given) asking.answers().get("a")).result().text())
                .isEqualTo("{\"n\":1}");
        assertThat(asking.open()).containsOnlyKeys("b");
    }

    // T-39: bytes of one person, and of all
    @Test
    void moveWhenResultsAreTooLargeThenTaskFails() throws McpException {
        var first = create(ADA);
        var second = create(ADA);
        var third = create(ADA);
        store().move(first.id(), completed(600));
        store().move(second.id(), completed(2));
        assertThat(found(first).state()).isInstanceOf(TaskState.Completed.class);
        assertThat(found(second).state())
                .isInstanceOfSatisfying(
                        TaskState.Failed.class,
                        failed -> assertThat(failed.error().text()).contains("-32603", "too large"));
        var bobs = create(BOB);
        store().move(bobs.id(), completed(401));
        assertThat(found(bobs).state()).isInstanceOf(TaskState.Failed.class);
        var bobsNext = create(BOB);
        store().move(bobsNext.id(), completed(400));
        assertThat(found(bobsNext).state()).isInstanceOf(TaskState.Completed.class);
        store().forget(first.id());
        store().move(third.id(), completed(600));
        assertThat(found(third).state()).isInstanceOf(TaskState.Completed.class);
    }

    // H-143: one owner's, each on one page, whatever comes and goes meanwhile
    @Test
    void listWhenThereArePagesThenEachTaskStandsOnOne() throws McpException {
        var created = new ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            created.add(create(ADA).id());
            now.addAndGet(i == 1 ? 0 : 1); // two of the same moment
        }
        create(BOB);
        assertThat(store().list(new TaskOwner(ADA.issuer(), ADA.subject(), "client-2", ADA.realm()), null, 9))
                .isEmpty();
        var listed = new ArrayList<String>();
        Place place = null;
        for (var page = store().list(ADA, place, 1); !page.isEmpty(); page = store().list(ADA, place, 1)) {
            listed.add(page.getFirst().id());
            place = Place.of(page.getLast());
            if (listed.size() == 2) {
                store().forget(page.getFirst().id()); // where the next page begins
            }
        }
        assertThat(listed).containsExactlyInAnyOrderElementsOf(created);
        assertThat(listed.getFirst()).isEqualTo(created.getFirst());
        assertThat(listed.getLast()).isEqualTo(created.getLast());
    }

    // H-142: lists say how tasks stand
    @Test
    void listWhenTasksStandDifferentlyThenSaysSo() throws McpException {
        var states = List.<TaskState>of(
                new TaskState.Asking(Map.of("a", new InputRequest.Roots()), Map.of()),
                new TaskState.Completed(Json.parse("{\"isError\":true}"), true),
                new TaskState.Failed(Json.parse("{\"code\":-1,\"message\":\"no\"}")),
                new TaskState.Cancelled());
        for (var state : states) {
            store().move(create(ADA).id(), state);
            now.incrementAndGet();
        }
        var listed = store().list(ADA, null, 10);
        assertThat(listed)
                .extracting(task -> task.state().getClass().getSimpleName())
                .containsExactly("Asking", "Completed", "Failed", "Cancelled");
        assertThat(((TaskState.Asking) listed.get(0).state()).open()).containsOnlyKeys("a");
        assertThat(((TaskState.Completed) listed.get(1).state()).isError()).isTrue();
        assertThat(((TaskState.Failed) listed.get(2).state()).error().text()).contains("no");
    }

    @Test
    void watchWhenTaskChangesOrGoesThenTellsUntilToldNotTo() throws McpException {
        var task = create(ADA);
        for (var node : nodes()) {
            var told = new AtomicInteger();
            var others = new AtomicInteger();
            var failing = node.watch(task.id(), () -> {
                throw new IllegalStateException("on purpose: the others are told all the same");
            });
            var unwatch = Objects.requireNonNull(node.watch(task.id(), told::incrementAndGet));
            var unwatchOther = Objects.requireNonNull(node.watch(task.id(), others::incrementAndGet));
            assertThat(node.watch(task.id(), () -> {})).isNull(); // three are enough
            store().say(task.id(), "half");
            await("told", () -> told.get() == 1 && others.get() == 1);
            unwatch.run();
            store().say(task.id(), "more");
            await("the other is told", () -> others.get() == 2);
            assertThat(told).hasValue(1);
            unwatchOther.run();
            Objects.requireNonNull(failing).run();
        }
    }

    @Test
    void watchWhenTaskEndsOrExpiresThenEveryNodeIsTold() throws McpException {
        var ending = create(ADA);
        var expiring = create(ADA);
        var ended = new AtomicInteger();
        var expired = new AtomicInteger();
        for (var node : nodes()) {
            node.watch(ending.id(), ended::incrementAndGet);
            node.watch(expiring.id(), expired::incrementAndGet);
        }
        store().move(ending.id(), new TaskState.Cancelled());
        await("told of the end", () -> ended.get() == nodes().size());
        assertThat(expired).hasValue(0);
        now.addAndGet(60_000);
        nodes().forEach(TaskStore::sweep);
        await("told that the time is over", () -> expired.get() == nodes().size());
    }
}
