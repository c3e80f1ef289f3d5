package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.registry.Completion;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;

/** One request for suggestions. It is not counted: people type. */
final class CompletionRun extends CallRun {
    private static final int VALUES_MAX = 100;

    private final String called;
    private final Author author;

    /** Asks an author's code for suggestions. */
    @FunctionalInterface
    interface Author {
        Completion complete() throws Exception;
    }

    /** @param called what is to be completed, for logs */
    CompletionRun(
            String called, Author author, JsonRpcId id, CallContext context, CallRunner runner, long startedNanos) {
        super(id, context, runner, startedNanos);
        this.called = called;
        this.author = author;
    }

    @Override
    McpMethod method() {
        return McpMethod.COMPLETE;
    }

    @Override
    void work() throws Exception {
        write(author.complete());
    }

    /** Answers with the best of them, and whether there are more (H-183). */
    void write(Completion completion) {
        var values = completion.values();
        int told = Math.min(values.size(), VALUES_MAX);
        answer(out -> {
            out.name("completion").beginObject().name("values").beginArray();
            values.subList(0, told).forEach(out::string);
            out.endArray();
            if (completion.total() >= 0) {
                out.name("total").number(Math.max(completion.total(), values.size()));
            }
            boolean more = values.size() > told || completion.total() > told;
            out.name("hasMore").bool(more).endObject();
        });
    }

    @Override
    void count(ToolOutcome outcome, long nanos) {}

    @Override
    String called() {
        return "completion of " + called;
    }
}
