/**
 * The product under load, beside a bare server in the same run: a {@link Scenario} uses what a {@link Lab} starts, and writes into a {@link Report}. Start at
 * {@link Load}. Main thread; {@link OpenLoop} has an event loop of its own.
 */
@NullMarked
package dev.portcullis.benchmarks.load;

import org.jspecify.annotations.NullMarked;
