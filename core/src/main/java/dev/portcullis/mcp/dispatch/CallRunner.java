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
    private final ScheduledExecutorService timer;
    private final Telemetry telemetry;
    private final InFlight inFlight;
    private final CallLogs logs;
    private final PersonCalls personCalls;

    CallRunner(CallLimits limits, CallThreads threads, Telemetry telemetry, InFlight inFlight, CallLogs logs) {
        this.limits = limits;
        this.executor = threads.executor();
        this.timer = threads.timer();
        this.telemetry = telemetry;
        this.inFlight = inFlight;
        this.logs = logs;
        this.personCalls = new PersonCalls(limits.callsPerPersonMax());
    }

    Telemetry telemetry() {
        return telemetry;
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
                    personCalls.end(person);
                }
            });
        } catch (RejectedExecutionException e) {
            run.abandon();
            personCalls.end(person);
            throw refused(run, McpError.OVERLOADED, "Too many calls are running; try again shortly");
        }
        int millis = Math.min(timeoutMillis, limits.timeoutMillisMax());
        var timeout = timer.schedule(() -> run.timeOut(millis), millis, TimeUnit.MILLISECONDS);
        run.whenEnded(() -> timeout.cancel(false));
    }

    private McpException refused(CallRun run, McpError error, String message) {
        telemetry.refused(Outcome.OVERLOADED);
        run.count(ToolOutcome.OVERLOADED, 0);
        return new McpException(error, message);
    }
}
