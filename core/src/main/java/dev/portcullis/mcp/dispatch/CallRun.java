package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Principal;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.codec.TraceSyntax;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.model.TraceContext;
import dev.portcullis.mcp.registry.Call;
import dev.portcullis.mcp.registry.CallErrorException;
import dev.portcullis.mcp.registry.InputRefusedException;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of an author's code, from its start to its one end. The lock is this object's; it is held for moments, and while a notification is handed to the sink, so that
 * none can follow the answer.
 *
 * <pre>
 * waiting ──▶ running ── handler answers or fails ──▶ ended, answered
 *    └───────────┴────── it asks, and runs again ───▶ ended, answered
 *    └───────────┴────── time is over ──────────────▶ ended, answered, thread interrupted once
 *    └───────────┴────── client cancels, goes ──────▶ ended, thread interrupted once
 *                └────── becomes a task ────────────▶ running without its request, which has been answered: only the task's own time and cancellation end it
 * </pre>
 */
abstract class CallRun implements Call, PendingCall, Withdrawable, Runnable {
    final JsonRpcId id;
    final CallContext context;
    final CallRunner runner;
    private final long startedNanos;

    private volatile boolean ended;
    private volatile boolean withoutRequest;
    private @Nullable Thread thread;
    private @Nullable Runnable whenEnded;
    private @Nullable Told told;

    CallRun(JsonRpcId id, CallContext context, CallRunner runner, long startedNanos) {
        this.id = id;
        this.context = context;
        this.runner = runner;
        this.startedNanos = startedNanos;
    }

    /** @return the method by which it was called */
    abstract McpMethod method();

    /** @return whether it runs on the thread that read the request */
    boolean runsInline() {
        return false;
    }

    /** Runs the author's code and answers. */
    abstract void work() throws Exception;

    /** Answers that it could not be done; {@link #end} has been said. */
    void answerTrouble(String text) {
        Answers.error(id, context, new McpException(McpError.INTERNAL_ERROR, text));
    }

    /** Counts it. */
    abstract void count(ToolOutcome outcome, long nanos);

    /** @return what is called, for logs */
    abstract String called();

    @Override
    public final void run() {
        if (!begin()) {
            return;
        }
        try {
            runHere();
        } finally {
            leaveThread();
        }
    }

    /** The same without a thread that anybody could interrupt: for what runs inline, which nobody but the author's code knows of before it has ended. */
    final void runHere() {
        try {
            work();
        } catch (InterruptedException e) {
            if (!ended) {
                fail(e); // nobody asked it to stop
            }
        } catch (InputRefusedException e) {
            if (end(ToolOutcome.TOOL_ERROR, false)) {
                answerTrouble(String.valueOf(e.getMessage()));
            }
        } catch (CallErrorException e) {
            if (end(ToolOutcome.TOOL_ERROR, false)) {
                Answers.error(id, context, e);
            }
        } catch (CallAnsweredError e) {
            // where it was thrown, it was answered
        } catch (Exception | StackOverflowError | LinkageError | AssertionError e) {
            fail(e);
        }
    }

    /** Its thread has left it. @return whether it counts among its person's tasks, and no more among their calls */
    boolean leftAsTask() {
        return false;
    }

    private synchronized boolean begin() {
        if (!ended) {
            thread = Thread.currentThread();
        }
        return !ended;
    }

    /** From here on nobody interrupts this thread for this call; an interrupt that came too late is taken back. */
    private synchronized void leaveThread() {
        boolean interruptedByUs = ended && thread == null;
        thread = null;
        if (interruptedByUs) {
            Thread.interrupted();
        }
    }

    /** @return whether the caller has ended it, and so must answer; only one ever does */
    final boolean end(ToolOutcome outcome, boolean interrupt) {
        return end(outcome, interrupt, true);
    }

    private boolean end(ToolOutcome outcome, boolean interrupt, boolean evenWithoutRequest) {
        Runnable listener;
        synchronized (this) {
            if (ended || (withoutRequest && !evenWithoutRequest)) {
                return false;
            }
            ended = true;
            listener = whenEnded;
            if (interrupt && thread != null) {
                thread.interrupt();
                thread = null;
            }
        }
        if (listener != null) {
            listener.run();
        }
        count(outcome, System.nanoTime() - startedNanos);
        return true;
    }

    /** Adds what runs once the call has ended; at once if it has. */
    final void whenEnded(Runnable listener) {
        synchronized (this) {
            if (!ended) {
                var earlier = whenEnded;
                whenEnded = earlier == null
                        ? listener
                        : () -> {
                            earlier.run();
                            listener.run();
                        };
                return;
            }
        }
        listener.run();
    }

    /** Answers with a result, unless the call has ended. */
    final void answer(Answers.Members members) {
        if (end(ToolOutcome.OK, false)) {
            try {
                Answers.result(id, context, members);
            } catch (RuntimeException e) { // a null or a NaN in what the author gave
                answerBug(e);
            }
        }
    }

    /** Answers with an error, unless the call has ended. */
    final void refuse(ToolOutcome outcome, McpException refusal) {
        if (end(outcome, false)) {
            Answers.error(id, context, refusal);
        }
    }

    /** A bug in the author's code: logged once, and the client learns only under which number (T-115). */
    private void fail(Throwable bug) {
        if (end(ToolOutcome.FAILED, false)) {
            answerBug(bug);
        }
    }

    final void answerBug(Throwable bug) {
        Answers.bug(id, context, called(), bug);
    }

    /**
     * Lets it go on without its request, which is answered here.
     *
     * @return false if it has ended: somebody else has answered, or nobody waits
     */
    final boolean leaveRequest(Runnable answer) {
        synchronized (this) {
            if (ended) {
                return false;
            }
            answer.run();
            withoutRequest = true;
        }
        return true;
    }

    /** The time of its request is over. */
    final void timeOut(int timeoutMillis) {
        timeOut(timeoutMillis, false);
    }

    /** The time of its task is over. */
    final void timeOutTask(int timeoutMillis) {
        timeOut(timeoutMillis, true);
    }

    private void timeOut(int timeoutMillis, boolean evenWithoutRequest) {
        if (end(ToolOutcome.TIMEOUT, true, evenWithoutRequest)) {
            answerTrouble("No answer within " + timeoutMillis + " ms.");
        }
    }

    @Override
    public final void cancel() {
        end(ToolOutcome.CANCELLED, true, false);
    }

    @Override
    public final void withdraw() {
        if (end(ToolOutcome.CANCELLED, true, false)) {
            context.sink().withdrawn();
        }
    }

    /** Its task has ended, by somebody else's word. */
    final void endTask() {
        end(ToolOutcome.CANCELLED, true);
    }

    /** It will never run. */
    final void abandon() {
        Runnable listener;
        synchronized (this) {
            ended = true;
            listener = whenEnded;
        }
        if (listener != null) {
            listener.run();
        }
    }

    @Override
    public final Principal principal() {
        return context.principal();
    }

    @Override
    public final ClientCapabilities client() {
        return context.clientCapabilities();
    }

    @Override
    public final TraceContext trace() {
        return TraceSyntax.read(context.params());
    }

    @Override
    public final @Nullable String meta(String key) {
        var member = context.params().metaMember(key);
        return member == null ? null : member.text();
    }

    @Override
    public final void progress(double progress, double total, @Nullable String message) {
        if (withoutRequest) {
            progressWithoutRequest(message);
            return;
        }
        RawJson token = context.params().meta().progressToken();
        if (token == null || !Double.isFinite(progress)) {
            return;
        }
        synchronized (this) {
            if (ended || !told().progress(progress)) {
                return; // H-133
            }
            try (var out = JsonWriter.take()) {
                JsonRpcEncoder.beginNotification(out, "notifications/progress");
                out.name("progressToken").raw(token);
                context.revision().progress(out, progress, total, message);
                JsonRpcEncoder.end(out);
                context.sink().notification(out, new Slack.Replace("progress"));
            }
        }
    }

    /** Takes what progress says to people, when there is no request to tell it to. */
    void progressWithoutRequest(@Nullable String message) {}

    @Override
    public final void log(LogLevel level, @Nullable String logger, String data) {
        say(level, (logs, out) -> logs.writeJson(out, level, logger, data));
    }

    @Override
    public final void log(LogLevel level, String text) {
        say(level, (logs, out) -> logs.writeText(out, level, null, text));
    }

    /** Writes a log message. */
    @FunctionalInterface
    private interface LogMessage {
        /** @return whether there is something to send */
        boolean write(CallLogs logs, JsonWriter out);
    }

    /** On the call's own stream, and never after its answer (T-43). */
    private void say(LogLevel level, LogMessage message) {
        var logs = runner.logs();
        if (!logs.wants(context, level)) {
            return;
        }
        synchronized (this) {
            if (ended || !logs.admits(told())) {
                return;
            }
            try (var out = JsonWriter.take()) {
                if (message.write(logs, out)) {
                    context.sink().notification(out, new Slack.Drop());
                }
            }
        }
    }

    private Told told() {
        var known = told;
        if (known == null) {
            known = new Told();
            told = known;
        }
        return known;
    }

    @Override
    public final Map<String, InputResponse> ask(Map<String, InputRequest> requests)
            throws InputRefusedException, InterruptedException {
        if (runsInline()) {
            throw new IllegalStateException("what runs inline cannot ask: a thread that serves many would wait");
        }
        Map<String, InputRequest> asked = new LinkedHashMap<>(requests);
        InputRequests.check(asked);
        return asked.isEmpty() ? Map.of() : asker().ask(this, asked);
    }

    @Override
    public final void useAnswersOnce() {
        runner.asker(context).useOnce(this); // a task, too, may have begun with answers that can come twice
    }

    @Override
    public final void completed(InputRequest.Page page) {
        if (!context.revision().tellsElicitationComplete()) {
            return;
        }
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.beginNotification(out, "notifications/elicitation/complete");
            out.name("elicitationId").string(page.id());
            JsonRpcEncoder.end(out);
            unlessEnded(() -> context.sink().notification(out, new Slack.None()));
        }
    }

    /** @return how this call asks; a task has its own way */
    Asker asker() {
        return runner.asker(context);
    }

    /** Does something with the sink. @return false if the call has ended, and it was not done */
    final synchronized boolean unlessEnded(Runnable action) {
        if (!ended) {
            action.run();
        }
        return !ended;
    }

    /**
     * Ends the call with an answer from within the author's code; what that does from here on is heard no more.
     *
     * @return to be thrown
     */
    final CallAnsweredError stop(ToolOutcome outcome, Runnable answer) {
        if (end(outcome, !isThread(Thread.currentThread()))) {
            answer.run();
        }
        return new CallAnsweredError();
    }

    private synchronized boolean isThread(Thread other) {
        return thread == other;
    }

    @Override
    public final boolean cancelled() {
        return ended;
    }
}
