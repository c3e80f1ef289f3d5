/** Figures for operators in Prometheus' text form. Start at {@link PrometheusTelemetry}. Counting happens on any thread, scraping on one that may block. */
@NullMarked
package dev.portcullis.ops.metrics;

import org.jspecify.annotations.NullMarked;
