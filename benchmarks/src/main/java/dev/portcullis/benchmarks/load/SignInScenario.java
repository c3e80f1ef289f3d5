package dev.portcullis.benchmarks.load;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Whole sign-ins, by clients and people that nobody has seen before; and by one person who has given thousands of grants. */
final class SignInScenario implements Scenario {
    private static final int AT_A_TIME = 16;
    private static final int GRANTS_OF_ONE = 3_000;

    @Override
    public String name() {
        return "signin";
    }

    @Override
    public String help() {
        return "whole sign-ins a second: register, authorize, consent, callback, token; and of a person with many grants";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        try (var server = lab.server(Map.of("REGISTRATIONS_PER_MINUTE_MAX", "1000000"))) {
            var people = new AtomicInteger();
            var strangers = clients(server, () -> "person-" + people.getAndIncrement() + "@example.com");
            ClosedLoop.run(server, strangers, lab.seconds(40, 30)); // so long compilers have work
            var all = ClosedLoop.run(server, strangers, lab.seconds(20, 8));
            report.add(Report.Row.of("sign-ins", "memory", all.perSecond(), "per second"));
            report.add(Report.Row.of("sign-in, CPU", "memory", all.cpuMicros(), "µs"));
            report.add(Report.Row.of("sign-in, share of the core in use", "memory", all.busy(), "cores"));
            // Browsers and the identity provider have one core as well, and it may be the one that is full.
            report.add(
                    Report.Row.of("sign-ins that one core has time for", "memory", 1e6 / all.cpuMicros(), "per second")
                            .aiming(Goal.valueAtLeast(400)));

            var one = clients(server, () -> "one@example.com");
            var few = ClosedLoop.run(server, one, 2);
            long given = few.done();
            while (given < GRANTS_OF_ONE) {
                given += ClosedLoop.run(server, one, 2).done();
            }
            var again = ClosedLoop.run(server, strangers, lab.seconds(10, 4));
            var many = ClosedLoop.run(server, one, lab.seconds(10, 4));
            report.add(Report.Row.of(
                            "sign-in of who has given many grants, to a stranger's",
                            given + " grants, CPU",
                            many.cpuMicros() / again.cpuMicros(),
                            "×")
                    .aiming(Goal.valueAtMost(1.10)));
        }
    }

    /** Each registers anew for every sign-in. */
    private static List<ClosedLoop.Client> clients(Subject server, Supplier<String> email) {
        return IntStream.range(0, AT_A_TIME)
                .<ClosedLoop.Client>mapToObj(
                        _ -> () -> Tokens.register(server.uri()).signIn(email.get()))
                .toList();
    }
}
