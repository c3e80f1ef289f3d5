package dev.portcullis.benchmarks.jmh;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcException;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.tool.AddTool;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * One {@code tools/call} of {@code add}, from the bytes of its body to the bytes of its answer, as the MCP endpoint does it but without HTTP; beside one pass of
 * a bare JSON parser over the same body.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ToolsCallBenchmark extends DispatchingBenchmark {
    private static final JsonRpcId ID = new JsonRpcId.Int(7);
    private static final Content SUM = new Content.Text("5");

    /** A stateless revision, and one with sessions. */
    @Param({"2026-07-28", "2025-11-25"})
    public String revision = "";

    /** How many tools there are; the last of them is called. */
    @Param("1")
    public int tools = 1;

    private final JsonFactory jackson = new JsonFactory();
    private final KeptReply reply = new KeptReply(4 * 1024);
    private byte[] body = {};
    private JsonRpcMessage.Request decoded = new JsonRpcMessage.Request(ID, "", null);

    /** Makes sure that the call is answered at all: refusals are fast too. */
    @Setup
    public void prepare() throws JsonRpcException, McpException {
        var others = IntStream.range(1, tools).mapToObj(NamedTool::new);
        var dispatching = prepared(new Dispatching(
                revision, Stream.concat(others, Stream.of(new AddTool())).toArray(ToolHandler[]::new)));
        body = dispatching.body("tools/call", "\"name\":\"add\",\"arguments\":{\"a\":2,\"b\":3},");
        decoded = decode();
        String answer = decodeDispatchEncode().text();
        if (!answer.contains("\"text\":\"5\"")) {
            throw new IllegalStateException("add answered " + answer);
        }
        String encoded = encode().text();
        if (!encoded.equals(answer)) {
            throw new IllegalStateException("encode wrote " + encoded + ", a call " + answer);
        }
    }

    /** The baseline: every token of the body by a bare parser, nothing kept. */
    @Benchmark
    public int bareParse() {
        int names = 0;
        try (var parser = jackson.createParser(ObjectReadContext.empty(), body)) {
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                names += token == JsonToken.PROPERTY_NAME ? 1 : 0;
            }
        }
        return names;
    }

    /** Body to request: copied in, checked whole, its params sliced. */
    @Benchmark
    public JsonRpcMessage.Request decode() throws JsonRpcException {
        return dispatching().decode(body);
    }

    /** Request to answer: params, session or {@code _meta}, policy, schema, the tool; its result is written on the way, so that {@link #encode} is a part of this. */
    @Benchmark
    public KeptReply dispatch() throws McpException {
        dispatching().answer(decoded, reply);
        return reply;
    }

    /** A result that is there already, written and kept. */
    @Benchmark
    public KeptReply encode() {
        Revision rules = dispatching().rules();
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.beginResult(out, ID);
            rules.beginResult(out);
            out.name("content").beginArray();
            rules.content(out, SUM);
            out.endArray();
            rules.endResult(out);
            JsonRpcEncoder.end(out);
            reply.answer(200, out);
        }
        return reply;
    }

    /** All of it: body to answer. */
    @Benchmark
    public KeptReply decodeDispatchEncode() throws JsonRpcException, McpException {
        dispatching().answer(decode(), reply);
        return reply;
    }
}
