/** Where log records go: one line each, to standard error, with nothing in it that could pass for another line (T-114). Start at {@link Logs}. Any thread. */
@NullMarked
package dev.portcullis.ops.log;

import org.jspecify.annotations.NullMarked;
