package dev.portcullis.benchmarks.load;

import java.util.List;

/**
 * The product and a bare server in the same run, by turns: whatever else the machine does meanwhile falls on both.
 *
 * @param ours what the product did, all turns together
 * @param ceiling what the bare server did
 */
record SideBySide(Side ours, Side ceiling) {
    /**
     * A server and what it is asked.
     *
     * @param requests in turn; of the bare server the same bytes, so that it has as much to read
     */
    record Asked(Subject subject, List<Request> requests) {
        Asked {
            requests = List.copyOf(requests);
        }
    }

    /**
     * What a server did.
     *
     * @param bytes that it answered
     * @param cpuNanos that it used meanwhile
     */
    record Side(long requests, double seconds, long bytes, long cpuNanos) {
        private static final Side NOTHING = new Side(0, 0, 0, 0);

        double perSecond() {
            return requests / seconds;
        }

        /** @return time of processors that a request takes */
        double cpuMicros() {
            return cpuNanos / 1e3 / requests;
        }

        /** @return how much of a core it used: below 0.95 or so something else was the limit */
        double busy() {
            return cpuNanos / 1e9 / seconds;
        }

        private Side plus(Side more) {
            return new Side(
                    requests + more.requests, seconds + more.seconds, bytes + more.bytes, cpuNanos + more.cpuNanos);
        }
    }

    /** @return the product's rate of requests to the bare server's */
    double ratio() {
        return ours.perSecond() / ceiling.perSecond();
    }

    /** Warms both up, and then loads each in turn. */
    static SideBySide run(Lab lab, Asked ours, Asked ceiling, int connections) throws InterruptedException {
        once(lab, ours, connections, lab.seconds(10, 6));
        once(lab, ceiling, connections, lab.seconds(5, 3));
        var us = Side.NOTHING;
        var them = Side.NOTHING;
        for (int turn = 0; turn < lab.turns(); turn++) {
            us = us.plus(once(lab, ours, connections, lab.seconds(5, 3)));
            them = them.plus(once(lab, ceiling, connections, lab.seconds(5, 3)));
        }
        return new SideBySide(us, them);
    }

    /** One turn of one server. */
    static Side once(Lab lab, Asked asked, int connections, int seconds) throws InterruptedException {
        long before = asked.subject().cpuNanos();
        var result = Wrk.run(lab, asked.subject().uri(), asked.requests(), connections, seconds);
        return new Side(
                result.requests(),
                result.seconds(),
                result.bytes(),
                asked.subject().cpuNanos() - before);
    }
}
