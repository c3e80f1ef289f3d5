package dev.portcullis.benchmarks.jmh;

import dev.portcullis.jsonrpc.JsonRpcException;
import dev.portcullis.mcp.McpException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One {@code tools/call} with a long text as its argument, that arrives in parts and that the tool reads; beside keeping the same bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BigArgumentBenchmark extends DispatchingBenchmark {
    /** What a read from a socket gives at most. */
    private static final int PART_BYTES = 64 * 1024;

    /** Of the text. */
    @Param({"65536", "4194304"})
    public int argumentBytes = 65_536;

    /** How often a character of it is escaped: never, or as in source code. */
    @Param({"plain", "lines"})
    public String text = "";

    private final KeptReply reply = new KeptReply(4 * 1024);
    private byte[] body = {};

    /** Makes sure that the tool is given all of it. */
    @Setup
    public void prepare() throws JsonRpcException, McpException {
        var dispatching = prepared(new Dispatching("2026-07-28", new NamedTool(0)));
        String line = text.equals("plain") ? "0123456789abcdef" : "0123456789abcdef0123456789abcdef01234567\n\"";
        int lines = argumentBytes / line.length();
        body = dispatching.body(
                "tools/call",
                "\"name\":\"tool_0\",\"arguments\":{\"text\":\""
                        + line.repeat(lines).replace("\"", "\\\"").replace("\n", "\\n") + "\"},");
        String answer = call().text();
        if (!answer.contains("\"text\":\"" + lines * line.length() + "\"")) {
            throw new IllegalStateException("tool_0 answered " + answer);
        }
    }

    /** The baseline: the bytes, part by part, in an array of their own. */
    @Benchmark
    public byte[] bareCopy() {
        byte[] kept = new byte[body.length];
        for (int from = 0; from < body.length; from += PART_BYTES) {
            System.arraycopy(body, from, kept, from, Math.min(PART_BYTES, body.length - from));
        }
        return kept;
    }

    /** Parts to answer. */
    @Benchmark
    public KeptReply call() throws JsonRpcException, McpException {
        dispatching().answer(dispatching().decode(body, PART_BYTES), reply);
        return reply;
    }
}
