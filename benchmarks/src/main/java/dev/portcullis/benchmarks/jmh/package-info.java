/**
 * JMH benchmarks of the hot path, each on the real parts. Run by {@code ops/bench}; figures in {@code benchmarks/RESULTS.md}. Read a score beside the score of its own
 * baseline from the same run; allocation per operation is what hardly moves with the machine.
 */
@NullMarked
package dev.portcullis.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
