package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.registry.InputRefusedException;
import dev.portcullis.mcp.task.Task;
import dev.portcullis.mcp.task.TaskAnswer;
import dev.portcullis.mcp.task.TaskState;
import dev.portcullis.mcp.task.TaskStore;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A task whose work goes on in this process. It asks by leaving its questions with the task, where any request that comes for it finds them, and waits until answers have
 * been left there too. When the task has ended by a client's word, or its time is over, the work is stopped.
 */
final class RunningTask implements Asker {
    private static final int MESSAGE_CHARS_MAX = 1_000;

    /** Work that has a question, or begins, waits so long for a store that is away. */
    private static final int STORE_MILLIS_MAX = 30_000;

    /** Looks at least as often for answers, should nobody tell it. */
    private static final int LOOK_MILLIS = 5_000;

    private final TaskStore store;
    private final Task created;
    private final CallRun run;
    private final int questionsMax;

    /** Held by the thread that asks: one after the other. */
    private final ReentrantLock asking = new ReentrantLock();

    /** Guarded by {@link #asking}. */
    private final Set<String> usedKeys = new HashSet<>();

    /** @param questionsMax asked by one task, from its start to its end */
    RunningTask(TaskStore store, Task created, CallRun run, int questionsMax) {
        this.store = store;
        this.created = created;
        this.run = run;
        this.questionsMax = questionsMax;
    }

    /** Hears of the task's changes until the call has ended. Blocks. */
    void follow() {
        Optional<Runnable> watching;
        try {
            watching = Patience.with(
                    () -> Optional.ofNullable(store.watch(created.id(), this::changed)), STORE_MILLIS_MAX);
        } catch (StoreException e) {
            return; // it goes on, and is not stopped when its client has enough of it
        }
        if (watching.isEmpty()) {
            run.endTask(); // its time is over already
        } else {
            run.whenEnded(watching.get());
            changed(); // it may have been cancelled before
        }
    }

    private void changed() {
        if (now() == null) {
            run.endTask();
        }
        synchronized (this) {
            notifyAll();
        }
    }

    /** @return how it stands; null if it has ended */
    private @Nullable TaskState now() {
        var task = store.find(created.id(), created.owner());
        return task == null || task.state().isEnd() ? null : task.state();
    }

    /** Says how far the work is. */
    void say(String message) {
        String text = message.length() > MESSAGE_CHARS_MAX ? message.substring(0, MESSAGE_CHARS_MAX) : message;
        try {
            store.say(created.id(), text);
        } catch (StoreException e) {
            // the next one may be read
        }
    }

    @Override
    public Map<String, InputResponse> ask(CallRun caller, Map<String, InputRequest> requests)
            throws InputRefusedException, InterruptedException {
        requireAbilities(requests);
        asking.lockInterruptibly();
        try {
            if (usedKeys.size() + requests.size() > questionsMax) {
                throw new InputRefusedException(0, "This asks too much of its client.");
            }
            Map<String, String> keys = keys(requests);
            Map<String, InputRequest> byKey = new LinkedHashMap<>();
            requests.forEach((name, request) -> byKey.put(keys.getOrDefault(name, name), request));
            if (!move(new TaskState.Asking(byKey, Map.of()))) {
                throw new InterruptedException("the task has ended");
            }
            var answers = await();
            move(new TaskState.Working());
            Map<String, InputResponse> read = new LinkedHashMap<>();
            for (var request : requests.entrySet()) {
                read.put(request.getKey(), read(request.getValue(), answers.get(keys.get(request.getKey()))));
            }
            return read;
        } finally {
            asking.unlock();
        }
    }

    private boolean move(TaskState to) {
        return Patience.with(() -> store.move(created.id(), to), STORE_MILLIS_MAX);
    }

    /** What the client cannot be asked ends the task as it would have ended the call (H-86, H-211). */
    private void requireAbilities(Map<String, InputRequest> requests) {
        var missing = MissingAbilities.of(run.context, requests.values());
        if (missing == null) {
            return;
        }
        throw run.stop(ToolOutcome.TOOL_ERROR, () -> {
            if (run.context.session() == null) {
                Answers.error(run.id, run.context, missing.toException());
            } else {
                run.answerTrouble(missing.text());
            }
        });
    }

    /** @return a key for each name, used by this task for the first and last time (H-223) */
    private Map<String, String> keys(Map<String, InputRequest> requests) {
        Map<String, String> keys = new HashMap<>();
        for (String name : requests.keySet()) {
            String key = name;
            for (int times = 2; !usedKeys.add(key); times++) {
                key = name + "#" + times;
            }
            keys.put(name, key);
        }
        return keys;
    }

    /** @return an answer to each question */
    private synchronized Map<String, TaskAnswer> await() throws InterruptedException {
        while (true) {
            switch (nowOrWorking()) {
                case TaskState.Asking asking
                when asking.open().isEmpty() -> {
                    return asking.answers();
                }
                case null -> throw new InterruptedException("the task has ended");
                default -> wait(LOOK_MILLIS);
            }
        }
    }

    /** Answers wait in the store: while it is away, nothing has changed. */
    private @Nullable TaskState nowOrWorking() {
        try {
            return now();
        } catch (StoreException e) {
            return new TaskState.Working();
        }
    }

    private static InputResponse read(InputRequest request, @Nullable TaskAnswer answer) throws InputRefusedException {
        return switch (answer) {
            case TaskAnswer.Given(var result) -> InputResponses.read(request, result);
            case TaskAnswer.Refused(int code, String message) -> throw new InputRefusedException(code, message);
            case null -> throw new IllegalStateException("no answer");
        };
    }
}
