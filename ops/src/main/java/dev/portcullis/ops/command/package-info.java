/** What {@code ops/run} can be told to do by a word of its own, one class a word: {@link Subcommands}. Start-up thread. */
@NullMarked
package dev.portcullis.ops.command;

import org.jspecify.annotations.NullMarked;
