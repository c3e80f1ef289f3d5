/** What speed costs and is: benchmarks in {@code jmh}, and here what becomes of their figures. Start at {@link ResultsTable}. One thread. */
@NullMarked
package dev.portcullis.benchmarks;

import org.jspecify.annotations.NullMarked;
