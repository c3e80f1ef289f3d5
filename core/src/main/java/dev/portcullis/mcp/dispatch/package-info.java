/**
 * Where a message becomes work: {@link McpDispatcher} is the one switch over methods, one class per family does the work, {@link ReplySink} takes what comes of it. Inline
 * tools run on the caller's thread, all others on the executor given at construction. How a call asks its client stands in {@link Asker} and its implementations.
 */
@NullMarked
package dev.portcullis.mcp.dispatch;

import org.jspecify.annotations.NullMarked;
