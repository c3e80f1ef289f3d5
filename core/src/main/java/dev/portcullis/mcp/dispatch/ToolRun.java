package dev.portcullis.mcp.dispatch;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.identity.Principal;
import dev.portcullis.json.Json;
import dev.portcullis.json.JsonException;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.Arguments;
import dev.portcullis.mcp.registry.Content;
import dev.portcullis.mcp.registry.JsonArguments;
import dev.portcullis.mcp.registry.RegisteredTool;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import org.jspecify.annotations.Nullable;

/**
 * One call of one tool, from its start to its one end. The lock is this object's; it is held for moments, and while a notification is handed to the sink, so that none can
 * follow the answer.
 *
 * <pre>
 * waiting ──▶ running ── tool answers or fails ──▶ ended, answered
 *    └───────────┴────── time is over ───────────▶ ended, answered, thread interrupted once
 *    └───────────┴────── client cancels, goes ───▶ ended, thread interrupted once
 * </pre>
 */
final class ToolRun implements ToolCall, PendingCall, Runnable {
    private static final System.Logger LOG = System.getLogger(ToolRun.class.getName());

    private final RegisteredTool tool;
    private final JsonRpcId id;
    private final CallContext context;
    private final RawJson rawArguments;
    private final Telemetry telemetry;
    private final long startedNanos;
    private @Nullable Arguments arguments;

    private volatile boolean ended;
    private @Nullable Thread thread;
    private double lastProgress = Double.NEGATIVE_INFINITY;
    private @Nullable Runnable whenEnded;

    ToolRun(
            RegisteredTool tool,
            JsonRpcId id,
            CallContext context,
            RawJson rawArguments,
            Telemetry telemetry,
            long startedNanos) {
        this.tool = tool;
        this.id = id;
        this.context = context;
        this.rawArguments = rawArguments;
        this.telemetry = telemetry;
        this.startedNanos = startedNanos;
    }

    @Override
    public void run() {
        if (!begin()) {
            return;
        }
        try {
            String problem = tool.input().check(rawArguments);
            if (problem != null) {
                refuseArguments(problem);
                return;
            }
            finish(tool.handler().call(this));
        } catch (InterruptedException e) {
            if (!ended) {
                fail(e); // nobody asked it to stop
            }
        } catch (Exception | StackOverflowError | LinkageError | AssertionError e) {
            fail(e);
        } finally {
            leaveThread();
        }
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
    private boolean end(ToolOutcome outcome, boolean interrupt) {
        Runnable listener;
        synchronized (this) {
            if (ended) {
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
        telemetry.toolCalled(tool.definition().name(), outcome, System.nanoTime() - startedNanos);
        return true;
    }

    /** Adds what runs once the call has ended; at once if it has. */
    void whenEnded(Runnable listener) {
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

    private void finish(ToolResult result) {
        RawJson structured = null;
        String broken = null;
        try {
            structured = result.structuredContent() == null ? null : Json.parse(result.structuredContent());
            broken = result.isError() ? null : tool.checkOutput(structured); // H-175
        } catch (JsonException e) {
            broken = "structuredContent is no JSON: " + e.getMessage();
        }
        if (broken != null) {
            LOG.log(System.Logger.Level.ERROR, "tool {0} broke its output schema: {1}", name(), broken);
            answer(ToolOutcome.FAILED, ToolResult.error("The tool gave a result that does not fit its schema."), null);
        } else {
            answer(result.isError() ? ToolOutcome.TOOL_ERROR : ToolOutcome.OK, result, structured);
        }
    }

    private void answer(ToolOutcome outcome, ToolResult result, @Nullable RawJson structured) {
        if (end(outcome, false)) {
            try {
                writeResult(result, structured);
            } catch (RuntimeException e) { // a null or a NaN in the tool's result
                answerBug(e);
            }
        }
    }

    private void writeResult(ToolResult result, @Nullable RawJson structured) {
        Answers.result(id, context, out -> {
            out.name("content").beginArray();
            for (var block : result.content()) {
                context.revision().content(out, block);
            }
            if (structured != null && result.content().isEmpty()) { // for clients that read text alone (H-175)
                context.revision().content(out, new Content.Text(structured.text()));
            }
            out.endArray();
            if (structured != null) {
                context.revision().structuredContent(out, structured);
            }
            if (result.isError()) {
                out.name("isError").bool(true);
            }
        });
    }

    private void refuseArguments(String problem) {
        String text = "Invalid arguments for tool " + name() + ": " + problem;
        if (context.revision().argumentErrorsAreResults()) {
            answer(ToolOutcome.INVALID_ARGUMENTS, ToolResult.error(text), null);
        } else if (end(ToolOutcome.INVALID_ARGUMENTS, false)) {
            Answers.error(id, context, new McpException(McpError.INVALID_PARAMS, text));
        }
    }

    /** A bug in the tool: logged once, and the client learns only under which number (T-115). */
    private void fail(Throwable bug) {
        if (end(ToolOutcome.FAILED, false)) {
            answerBug(bug);
        }
    }

    private void answerBug(Throwable bug) {
        String reference = Randoms.base64Url(6);
        LOG.log(System.Logger.Level.ERROR, "tool " + name() + " failed (reference " + reference + ")", bug);
        var refusal = new McpException(McpError.INTERNAL_ERROR, "Internal error (reference " + reference + ")");
        Answers.error(id, context, refusal);
    }

    void timeOut(int timeoutMillis) {
        if (end(ToolOutcome.TIMEOUT, true)) {
            writeResult(ToolResult.error("The tool did not answer within " + timeoutMillis + " ms."), null);
        }
    }

    @Override
    public void cancel() {
        end(ToolOutcome.CANCELLED, true);
    }

    /** The client has cancelled it and waits for no response (H-115). */
    void withdraw() {
        if (end(ToolOutcome.CANCELLED, true)) {
            context.sink().withdrawn();
        }
    }

    /** It will never run. */
    void abandon() {
        Runnable listener;
        synchronized (this) {
            ended = true;
            listener = whenEnded;
        }
        if (listener != null) {
            listener.run();
        }
    }

    private String name() {
        return tool.definition().name();
    }

    @Override
    public Principal principal() {
        return context.principal();
    }

    @Override
    public Arguments arguments() {
        var known = arguments;
        if (known == null) {
            known = new JsonArguments(rawArguments);
            arguments = known;
        }
        return known;
    }

    @Override
    public void progress(double progress, double total, @Nullable String message) {
        var token = context.params().meta().progressToken();
        if (token == null || !Double.isFinite(progress)) {
            return;
        }
        synchronized (this) {
            if (ended || progress <= lastProgress) {
                return; // H-133
            }
            lastProgress = progress;
            try (var out = JsonWriter.take()) {
                JsonRpcEncoder.beginNotification(out, "notifications/progress");
                out.name("progressToken").raw(token).name("progress").number(progress);
                if (Double.isFinite(total)) {
                    out.name("total").number(total);
                }
                if (message != null) {
                    out.name("message").string(message);
                }
                JsonRpcEncoder.end(out);
                context.sink().notification(out);
            }
        }
    }

    @Override
    public boolean cancelled() {
        return ended;
    }
}
