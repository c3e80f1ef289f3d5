package dev.portcullis.benchmarks.jmh;

import dev.portcullis.sse.SseEncoder;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A JSON-RPC message as an event of a stream, beside a bare copy of the same bytes; both into a pooled buffer, on an event loop's thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        jvmArgsPrepend = {
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=dev.portcullis.benchmarks.jmh.EventLoopThreads",
        })
public class SseEncoderBenchmark {
    /** Bytes of the message: a small one, and 64 KiB. */
    @Param({"128", "65536"})
    public int dataBytes;

    private final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    private byte[] data = {};

    /** Makes a message of that length. */
    @Setup
    public void fill() {
        String frame = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"data\":\"%s\"}}";
        int frameBytes = frame.length() - "%s".length();
        data = frame.formatted("x".repeat(dataBytes - frameBytes)).getBytes(StandardCharsets.US_ASCII);
        if (data.length != dataBytes) {
            throw new IllegalStateException("a message of " + data.length + " bytes");
        }
    }

    /** The baseline: a buffer, the bytes, and the buffer given back. */
    @Benchmark
    public int bareCopy() {
        var buffer = allocator.buffer(data.length);
        buffer.writeBytes(data);
        int length = buffer.readableBytes();
        buffer.release();
        return length;
    }

    /** An event with a name and an id, as streams send it. */
    @Benchmark
    public int encode() {
        var event = SseEncoder.encode(allocator, "message", "1f8k2-00042", data, 0, data.length);
        int length = event.readableBytes();
        event.release();
        return length;
    }
}
