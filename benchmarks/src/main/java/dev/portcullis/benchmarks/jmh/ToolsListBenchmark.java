package dev.portcullis.benchmarks.jmh;

import dev.portcullis.jsonrpc.JsonRpcException;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.ToolHandler;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** {@code tools/list} for one person, from the bytes of its body to the bytes of its answer, beside copying as many bytes twice: as a JSON writer and the transport must. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ToolsListBenchmark extends DispatchingBenchmark {
    /** A stateless revision, and one with sessions. */
    @Param({"2026-07-28", "2025-11-25"})
    public String revision = "";

    /** How many tools there are: one page. */
    @Param({"1", "100"})
    public int tools = 1;

    private final KeptReply reply = new KeptReply(128 * 1024);
    private final byte[] writer = new byte[128 * 1024];
    private final byte[] sent = new byte[128 * 1024];
    private byte[] answer = {};
    private byte[] body = {};

    /** Makes sure that all are listed. */
    @Setup
    public void prepare() throws JsonRpcException, McpException {
        var dispatching = prepared(new Dispatching(
                revision, IntStream.range(0, tools).mapToObj(NamedTool::new).toArray(ToolHandler[]::new)));
        body = dispatching.body("tools/list", "");
        answer = list().text().getBytes(StandardCharsets.UTF_8);
        String text = list().text();
        if (!text.contains("\"tool_0\"")
                || !text.contains("\"tool_" + (tools - 1) + "\"")
                || text.contains("nextCursor")) {
            throw new IllegalStateException("tools/list answered " + text);
        }
    }

    /** The baseline: an answer that is there already, copied twice. */
    @Benchmark
    public byte[] bareCopy() {
        System.arraycopy(answer, 0, writer, 0, answer.length);
        System.arraycopy(writer, 0, sent, 0, answer.length);
        return sent;
    }

    /** Body to answer. */
    @Benchmark
    public KeptReply list() throws JsonRpcException, McpException {
        dispatching().answer(dispatching().decode(body), reply);
        return reply;
    }
}
