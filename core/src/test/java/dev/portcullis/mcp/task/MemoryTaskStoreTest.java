package dev.portcullis.mcp.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.json.Json;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.task.TaskStore.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryTaskStoreTest {
    private static final TaskOwner ADA = new TaskOwner("https://issuer.example", "ada", "client-1", "realm");
    private static final TaskOwner BOB = new TaskOwner("https://issuer.example", "bob", "client-1", "realm");
    private static final TaskOwner NOBODY = new TaskOwner("urn:portcullis:no-auth", "anonymous", "anonymous", "realm");
    private static final TaskLimits LIMITS = new TaskLimits(60_000, 1_000, 600_000, 60_000, 500, 10, 4, 1_000, 600, 3);

    private final AtomicLong now = new AtomicLong(1_700_000_000_000L);
    private final MemoryTaskStore store = store(LIMITS);

    private MemoryTaskStore store(TaskLimits limits) {
        return new MemoryTaskStore(limits, () -> Instant.ofEpochMilli(now.get()));
    }

    private Task create(TaskOwner owner) throws McpException {
        return store.create(owner, "tool", null);
    }

    private static TaskState completed(int bytes) {
        return new TaskState.Completed(Json.parse("\"" + "x".repeat(bytes - 2) + "\""), false);
    }

    // H-225: at least 128 bits, and none comes twice
    @Test
    void createWhenRepeatedThenIdsAreLongAndDiffer() throws McpException {
        var ids = new HashSet<String>();
        for (int i = 0; i < 1_000; i++) {
            var task = create(NOBODY);
            assertThat(task.id()).matches("[A-Za-z0-9_-]{22}");
            ids.add(task.id());
            store.forget(task.id());
        }
        assertThat(ids).hasSize(1_000);
        assertThat(store.isEmpty()).isTrue();
    }

    // T-39
    @ParameterizedTest
    @CsvSource({"0, 1000", "1, 1000", "1000, 1000", "5000, 5000", "315360000000, 600000", "9223372036854775807, 600000"
    })
    void createWhenClientWantsATimeThenItIsClamped(long wanted, int granted) throws McpException {
        assertThat(store.create(ADA, "tool", wanted).ttlMillis()).isEqualTo(granted);
        assertThat(create(ADA).ttlMillis()).isEqualTo(60_000);
    }

    // H-224, H-225
    @Test
    void findWhenItIsNotTheOwnersOrItsTimeIsOverThenUnknown() throws McpException {
        var task = create(ADA);
        assertThat(store.find(task.id(), ADA)).isEqualTo(task);
        assertThat(store.find(task.id(), BOB)).isNull();
        assertThat(store.find(task.id(), new TaskOwner(ADA.issuer(), ADA.subject(), "client-2", ADA.realm())))
                .isNull();
        assertThat(store.find(task.id(), new TaskOwner(ADA.issuer(), ADA.subject(), ADA.clientId(), "other")))
                .isNull();
        assertThat(store.find("nope", ADA)).isNull();
        now.addAndGet(59_999);
        assertThat(store.find(task.id(), ADA)).isNotNull();
        now.addAndGet(1);
        assertThat(store.find(task.id(), ADA)).isNull();
        assertThat(store.move(task.id(), completed(10))).isFalse();
        assertThat(store.list(ADA, null, 10)).isEmpty();
        assertThat(store.watch(task.id(), () -> {})).isNull();
    }

    // T-39: counts of a person, over all clients, and of all
    @Test
    void createWhenPersonHasTooManyThenRefusesThemAlone() throws McpException {
        for (int i = 0; i < 4; i++) {
            create(new TaskOwner(ADA.issuer(), ADA.subject(), "client-" + i, "realm"));
        }
        assertRefused(ADA, McpError.TOO_MANY);
        create(BOB);
        now.addAndGet(60_000);
        create(ADA);
    }

    @Test
    void createWhenThereAreTooManyThenRefusesEverybody() throws McpException {
        for (int i = 0; i < 10; i++) {
            create(NOBODY); // who is nobody has no share: only the whole is bounded
        }
        assertRefused(NOBODY, McpError.OVERLOADED);
        assertRefused(ADA, McpError.OVERLOADED);
        now.addAndGet(60_000);
        create(ADA);
        store.sweep();
        now.addAndGet(60_000);
        store.sweep();
        assertThat(store.isEmpty()).isTrue();
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
            assertThat(store.move(task.id(), end)).isTrue();
            for (var other : List.of(
                    new TaskState.Working(),
                    completed(12),
                    new TaskState.Cancelled(),
                    new TaskState.Asking(Map.of("a", new InputRequest.Roots()), Map.of()))) {
                assertThat(store.move(task.id(), other)).isFalse();
            }
            store.say(task.id(), "too late");
            var found = store.find(task.id(), ADA);
            assertThat(found.state()).isSameAs(end);
            assertThat(found.message()).isNull();
        }
    }

    @Test
    void moveWhenStateChangesThenSaysWhen() throws McpException {
        var task = create(ADA);
        now.addAndGet(5);
        store.say(task.id(), "half");
        var found = store.find(task.id(), ADA);
        assertThat(found.message()).isEqualTo("half");
        assertThat(found.lastUpdatedAtMillis() - found.createdAtMillis()).isEqualTo(5);
    }

    // H-223
    @Test
    void answerWhenKeyIsUnknownOrAnsweredThenNothingChanges() throws McpException {
        var task = create(ADA);
        var first = new TaskAnswer.Given(Json.parse("{\"n\":1}"));
        store.answer(task.id(), "a", first); // asks nothing yet
        Map<String, InputRequest> requests = Map.of("a", new InputRequest.Roots(), "b", new InputRequest.Roots());
        store.move(task.id(), new TaskState.Asking(requests, Map.of()));
        store.answer(task.id(), "a", first);
        store.answer(task.id(), "a", new TaskAnswer.Refused(-1, "no"));
        store.answer(task.id(), "c", first);
        var asking = (TaskState.Asking) store.find(task.id(), ADA).state();
        assertThat(asking.answers()).containsExactly(Map.entry("a", first));
        assertThat(asking.open()).containsOnlyKeys("b");
    }

    // T-39: bytes of one person, and of all
    @Test
    void moveWhenResultsAreTooLargeThenTaskFails() throws McpException {
        var first = create(ADA);
        var second = create(ADA);
        var third = create(ADA);
        store.move(first.id(), completed(600));
        store.move(second.id(), completed(2));
        assertThat(store.find(first.id(), ADA).state()).isInstanceOf(TaskState.Completed.class);
        assertThat(store.find(second.id(), ADA).state())
                .isInstanceOfSatisfying(
                        TaskState.Failed.class,
                        failed -> assertThat(failed.error().text()).contains("-32603", "too large"));
        var bobs = create(BOB);
        store.move(bobs.id(), completed(401));
        assertThat(store.find(bobs.id(), BOB).state()).isInstanceOf(TaskState.Failed.class);
        var bobsNext = create(BOB);
        store.move(bobsNext.id(), completed(400));
        assertThat(store.find(bobsNext.id(), BOB).state()).isInstanceOf(TaskState.Completed.class);
        store.forget(first.id());
        store.move(third.id(), completed(600));
        assertThat(store.find(third.id(), ADA).state()).isInstanceOf(TaskState.Completed.class);
    }

    @Test
    void listWhenThereArePagesThenEachTaskStandsOnOne() throws McpException {
        var created = new ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            created.add(create(ADA).id());
            now.addAndGet(1);
        }
        create(BOB);
        var listed = new ArrayList<String>();
        Place place = null;
        for (var page = store.list(ADA, place, 3); !page.isEmpty(); page = store.list(ADA, place, 3)) {
            page.forEach(task -> listed.add(task.id()));
            place = Place.of(page.getLast());
        }
        assertThat(listed).isEqualTo(created);
    }

    @Test
    void watchWhenTaskChangesOrGoesThenTellsUntilToldNotTo() throws McpException {
        var task = create(ADA);
        var told = new AtomicInteger();
        var others = new AtomicInteger();
        store.watch(task.id(), () -> {
            throw new IllegalStateException("on purpose: the others are told all the same");
        });
        var unwatch = store.watch(task.id(), told::incrementAndGet);
        store.watch(task.id(), others::incrementAndGet);
        assertThat(store.watch(task.id(), () -> {})).isNull(); // three are enough
        store.say(task.id(), "half");
        assertThat(told).hasValue(1);
        unwatch.run();
        store.move(task.id(), new TaskState.Cancelled());
        assertThat(told).hasValue(1);
        assertThat(others).hasValue(2);
        now.addAndGet(60_000);
        store.sweep();
        assertThat(others).hasValue(3);
        assertThat(store.isEmpty()).isTrue();
    }

    // T-39: whatever becomes of them, tasks leave nothing
    @Test
    void sweepWhenAMillionTasksCameAndWentThenNothingIsLeft() throws McpException {
        var many = store(new TaskLimits(1_000, 1_000, 5_000, 1_000, 500, 10_000, 10_000, 1 << 20, 1 << 20, 3));
        var random = new Random(39);
        for (int i = 0; i < 1_000_000; i++) {
            var owner = new TaskOwner("https://issuer.example", "person" + random.nextInt(50), "client", "realm");
            var task = many.create(owner, "tool", (long) random.nextInt(6_000));
            switch (random.nextInt(4)) {
                case 0 -> many.move(task.id(), completed(20));
                case 1 -> many.move(task.id(), new TaskState.Cancelled());
                case 2 -> many.forget(task.id());
                default -> many.watch(task.id(), () -> {});
            }
            if (i % 2_000 == 0) {
                now.addAndGet(2_000);
            }
        }
        assertThat(many.isEmpty()).isFalse();
        now.addAndGet(5_000);
        many.sweep();
        assertThat(many.isEmpty()).isTrue();
    }
}
