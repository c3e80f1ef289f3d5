/** What a Redis must have for so many grants, tokens, sessions and events: start at {@link dev.portcullis.benchmarks.capacity.Capacity}. Main thread, and workers that block. */
@NullMarked
package dev.portcullis.benchmarks.capacity;

import org.jspecify.annotations.NullMarked;
