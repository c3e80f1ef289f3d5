/**
 * JSON as bytes: what comes in is checked once, whole and strictly, and then only ever sliced; what goes out is written straight into one buffer. Start at
 * {@link Json} for the limits, {@link JsonFeed} for reading, {@link LongText} for what is long as it arrives, {@link JsonWriter} for writing. Objects here belong to the thread that uses them.
 */
@NullMarked
package dev.portcullis.json;

import org.jspecify.annotations.NullMarked;
