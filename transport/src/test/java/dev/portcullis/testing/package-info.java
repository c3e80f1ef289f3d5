/** What tests of transport share: a server with gates, a client that sends bytes, telemetry that counts, and {@link LeakCheck}, which watches all of them. */
@NullMarked
package dev.portcullis.testing;

import org.jspecify.annotations.NullMarked;
