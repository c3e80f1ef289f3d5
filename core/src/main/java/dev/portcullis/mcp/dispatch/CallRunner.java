package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs calls that are not inline: each on a virtual thread, for a limited time, so many for each person. Any thread. */
final class CallRunner {
    private final CallLimits limits;
    private final Executor executor;
    private final ScheduledExecutorService clock;
    private final CallTimer timer;
    private final Telemetry telemetry;
    private final InFlight inFlight;
    private final CallLogs logs;
    private final PersonCalls personCalls;
    private final PersonCalls personTasks;
    private final SessionAsker sessionAsker;
    private final RerunAsker rerunAsker;

    /**
     * What is known of questions.
     *
     * @param open those that clients of sessions have yet to answer
     * @param states what other clients carry of them
     */
    record Asking(OpenQuestions open, RequestStates states) {}

    CallRunner(
            CallLimits limits,
            CallThreads threads,
            Telemetry telemetry,
            InFlight inFlight,
            CallLogs logs,
            Asking asking) {
        this.limits = limits;
        this.executor = threads.executor();
        this.clock = threads.timer();
        this.timer = new CallTimer(threads.timer(), limits.asking().answerMillisMax());
        this.telemetry = telemetry;
        this.inFlight = inFlight;
        this.logs = logs;
        this.personCalls = new PersonCalls(limits.callsPerPersonMax());
        this.personTasks = new PersonCalls(limits.tasks().tasksPerPersonMax());
        this.sessionAsker = new SessionAsker(limits.asking(), asking.open(), timer, telemetry);
        this.rerunAsker = new RerunAsker(limits.asking(), asking.states(), telemetry);
    }

    Telemetry telemetry() {
        return telemetry;
    }

    /** @return how a call gets answers from its client, unless it is a task */
    Asker asker(CallContext context) {
        return context.session() == null ? rerunAsker : sessionAsker;
    }

    /** @return what one call, or one task, may ask from its start to its end */
    int questionsPerCallMax() {
        return limits.asking().questionsPerCallMax();
    }

    SessionAsker sessionAsker() {
        return sessionAsker;
    }

    CallLogs logs() {
        return logs;
    }

    /**
     * Starts a run on a thread of its own.
     *
     * @param timeoutMillis when it is given up, within the limit for all
     * @throws McpException TOO_MANY, OVERLOADED: it will not run
     */
    void start(CallRun run, int timeoutMillis) throws McpException {
        var person = run.context.principal();
        if (!personCalls.begin(person)) {
            throw refused(run, McpError.TOO_MANY, "Too many of your calls are running; try again shortly");
        }
        var session = run.context.session();
        if (session != null) {
            inFlight.add(session, run.id, run);
            run.whenEnded(() -> inFlight.remove(session, run.id, run));
        }
        try {
            executor.execute(() -> {
                try {
                    run.run();
                } finally {
                    (run.leftAsTask() ? personTasks : personCalls).end(person);
                }
            });
        } catch (RejectedExecutionException e) {
            run.abandon();
            personCalls.end(person);
            throw refused(run, McpError.OVERLOADED, "Too many calls are running; try again shortly");
        }
        timer.start(run, Math.min(timeoutMillis, limits.timeoutMillisMax()));
    }

    /** @return whether no call of a person is on a thread, even one that has ended; for tests */
    boolean hasNoThreads() {
        return personCalls.isEmpty() && personTasks.isEmpty();
    }

    /** @return whether no call is asking; for tests */
    boolean isIdle() {
        return sessionAsker.isIdle() && rerunAsker.isIdle() && timer.isIdle();
    }

    /** Does something short that may block, on a thread of its own. @throws McpException OVERLOADED */
    void execute(Runnable work) throws McpException {
        try {
            executor.execute(work);
        } catch (RejectedExecutionException e) {
            telemetry.refused(Outcome.OVERLOADED);
            throw new McpException(McpError.OVERLOADED, "Too many calls are running; try again shortly");
        }
    }

    /**
     * Takes a run that becomes a task from its person's calls to their tasks, until its thread leaves it: whoever cancels tasks, or lets them expire, gains nothing while
     * tools go on regardless. From here on {@link CallRun#leftAsTask} must be true.
     *
     * @throws McpException TOO_MANY
     */
    void countAsTask(CallRun run) throws McpException {
        var person = run.context.principal();
        if (!personTasks.begin(person)) {
            telemetry.refused(Outcome.TOO_MANY_TASKS);
            throw new McpException(McpError.TOO_MANY, "Too many of your tasks are at work; try again shortly");
        }
        personCalls.end(person);
    }

    /** Gives a run the time of a task instead of a request's. */
    void timeAsTask(CallRun run) {
        var session = run.context.session();
        if (session != null) {
            inFlight.remove(session, run.id, run);
        }
        int millis = limits.tasks().runMillisMax();
        var timeout = clock.schedule(
                () -> Thread.startVirtualThread(() -> run.timeOutTask(millis)), // its end goes into a store
                millis,
                TimeUnit.MILLISECONDS);
        run.whenEnded(() -> timeout.cancel(false));
    }

    /** Does something short that may block in a while. */
    void later(Runnable work, int millis) {
        var _ = clock.schedule(() -> Thread.startVirtualThread(work), millis, TimeUnit.MILLISECONDS);
    }

    private McpException refused(CallRun run, McpError error, String message) {
        telemetry.refused(Outcome.OVERLOADED);
        run.count(ToolOutcome.OVERLOADED, 0);
        return new McpException(error, message);
    }
}
