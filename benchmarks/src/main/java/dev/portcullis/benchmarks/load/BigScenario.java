package dev.portcullis.benchmarks.load;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Arguments of 64 KiB and of 4 MiB, as many as one core can do, beside the bare server that copies each body into one array. And what a request of those takes of the
 * heap: how much more the server holds, after a full collection, while calls are in the middle than before they came; and all that is allocated for one, most of
 * which is let go before it is over.
 */
final class BigScenario implements Scenario {
    private static final int CONNECTIONS = 8;

    /** Calls that are in the middle at the same time: not as many as one person may have. */
    private static final int HELD = 16;

    /** Of small ones so many that they are more than what a heap has besides, now and then. */
    private static final int SMALL_HELD = 256;

    private static final long HELD_SECONDS_MAX = 20;
    private static final int KIB = 1_024;
    private static final int MIB = 1_024 * KIB;

    @Override
    public String name() {
        return "big";
    }

    @Override
    public String help() {
        return "calls with arguments of 64 KiB and 4 MiB, and the heap that one of them takes";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        var settings = Map.of(
                ManyTools.TOOLS,
                "4",
                "MCP_BODY_BYTES_MAX",
                Integer.toString(8 * MIB),
                "BODIES_BYTES_MAX",
                Integer.toString(2 * HELD * 4 * MIB),
                "TOOL_CALLS_PER_PERSON_MAX",
                Integer.toString(2 * SMALL_HELD));
        try (var server = lab.server(ManyTools.class.getName(), settings)) {
            String token =
                    Tokens.register(server.uri()).signIn("alice@example.com").access();
            for (int chars : new int[] {64 * KIB, 4 * MIB}) {
                addAllocated(report, server, call(token, "length", chars), chars); // before much else is allocated
                addHeld(report, server, token, chars);
            }
            for (int chars : new int[] {64 * KIB, 4 * MIB}) {
                addThroughput(lab, report, server, call(token, "length", chars), chars);
            }
        }
    }

    private static Request call(String token, String tool, int chars) {
        return McpRequests.call(token, tool, "{\"text\":\"" + "x".repeat(chars) + "\"}");
    }

    private static void addThroughput(Lab lab, Report report, Subject server, Request call, int chars)
            throws InterruptedException {
        var calls = List.of(call);
        var answer = Answer.of(server.uri(), call).expecting(200, "\"text\":\"" + chars + "\"");
        try (var ceiling = lab.copying(answer)) {
            var both = SideBySide.run(
                    lab, new SideBySide.Asked(server, calls), new SideBySide.Asked(ceiling, calls), CONNECTIONS);
            report.add(Report.Row.of("big arguments", with(chars), both.ours().perSecond(), "requests/s")
                    .beside(both.ceiling().perSecond())
                    .aiming(Goal.ratioAtLeast(0.75)));
            report.add(
                    Report.Row.of("big arguments, CPU", with(chars), both.ours().cpuMicros(), "µs/request")
                            .beside(both.ceiling().cpuMicros()));
        }
    }

    private static void addHeld(Report report, Subject server, String token, int chars) throws InterruptedException {
        Request call = call(token, "hold", chars);
        int calls = chars < MIB ? SMALL_HELD : HELD;
        hold(server, token, call, calls); // opens the connections
        double held = hold(server, token, call, calls);
        report.add(Report.Row.of(
                        "big arguments, heap held in the middle of a call, to their size",
                        with(chars),
                        held / calls / call.body().length,
                        "×")
                .aiming(Goal.valueAtMost(2)));
    }

    /** @return bytes of the heap that are in use, after a full collection, while the tool has read the arguments of all calls, more than before */
    private static long hold(Subject server, String token, Request call, int calls) throws InterruptedException {
        long before = server.heapAfterGc();
        long after;
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, calls)
                    .mapToObj(_ ->
                            clients.submit(() -> Answer.of(server.uri(), call).expecting(200, "\"result\"")))
                    .toList();
            after = heapOnceHeld(server, before + (long) calls * call.body().length / 2);
            Answer.of(server.uri(), McpRequests.call(token, "let-go", "{\"calls\":" + calls + "}"))
                    .expecting(200, "done");
            for (var answer : answers) {
                answer.get();
            }
        } catch (ExecutionException e) {
            throw new LoadException("a call that was held failed", e);
        }
        return after - before;
    }

    /** Waits until all have arrived: the heap grows no more, and holds at least that. */
    private static long heapOnceHeld(Subject server, long atLeast) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HELD_SECONDS_MAX);
        long before = server.heapAfterGc();
        long now = server.heapAfterGc();
        while (now < atLeast || now > before + before / 100) {
            if (System.nanoTime() > end) {
                throw new LoadException("calls are not held");
            }
            before = now;
            now = server.heapAfterGc();
        }
        return now;
    }

    private static void addAllocated(Report report, Subject server, Request call, int chars)
            throws InterruptedException {
        double size = call.body().length;
        double allocated = allocated(server, call, chars < MIB ? 200 : 20);
        report.add(Report.Row.of("big arguments, heap allocated, to their size", with(chars), allocated / size, "×"));
    }

    private static String with(int chars) {
        return chars < MIB ? chars / KIB + " KiB" : chars / MIB + " MiB";
    }

    /** @return bytes that a request takes of the heap */
    private static double allocated(Subject server, Request call, int times) throws InterruptedException {
        send(server, call, times);
        long before = server.allocatedBytes();
        send(server, call, times);
        return (server.allocatedBytes() - before) / (double) times;
    }

    private static void send(Subject server, Request call, int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            Answer.of(server.uri(), call).expecting(200, "\"result\"");
        }
    }
}
