/**
 * What operators and their machines ask: {@link HealthEndpoint}, {@link MetricsEndpoint}. Served on the management listener, which has the pipeline of the public
 * one and no bearer gate, and never on the public port (T-119). Event loop, but for the scrape.
 */
@NullMarked
package dev.portcullis.endpoint.admin;

import org.jspecify.annotations.NullMarked;
