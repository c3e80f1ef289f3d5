/** What happened, told to whoever counts: {@link Telemetry} is the seam, {@link Outcome} names every refusal. Any thread. */
@NullMarked
package dev.portcullis.telemetry;

import org.jspecify.annotations.NullMarked;
