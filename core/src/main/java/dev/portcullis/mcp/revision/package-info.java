/**
 * All that differs between protocol revisions: {@link Revision} says what can differ, one file per revision says how, {@link Revisions} is the table and knows which one
 * a client gets. Immutable; any thread.
 */
@NullMarked
package dev.portcullis.mcp.revision;

import org.jspecify.annotations.NullMarked;
