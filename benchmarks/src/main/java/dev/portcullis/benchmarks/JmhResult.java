package dev.portcullis.benchmarks;

import java.util.Map;

/**
 * What JMH measured of one benchmark with one set of parameters.
 *
 * @param name class and method, without the package
 * @param params its parameters, by name
 * @param forks JVMs it was measured in
 * @param nanos mean time of an operation
 * @param nanosError half the width of the 99.9 % confidence interval; NaN from a single iteration
 * @param bytes allocated by an operation; NaN if not measured
 * @param warmup iterations that do not count, and how long each is
 * @param measurement those that do
 */
record JmhResult(
        String name,
        Map<String, String> params,
        int forks,
        double nanos,
        double nanosError,
        double bytes,
        String warmup,
        String measurement) {
    JmhResult {
        params = Map.copyOf(params);
    }
}
