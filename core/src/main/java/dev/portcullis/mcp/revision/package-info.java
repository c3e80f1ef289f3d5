/**
 * All that differs between protocol revisions. {@link Revision} says what can differ, and whoever needs to know asks it; {@link Revisions} is the table and knows which one
 * a client gets. Each revision is one file that says how it differs from the one before ({@link Amendment}): read them from the oldest on. How the parts of an object come
 * together is the same in all of them ({@link Parts}); how messages come and go in sessions is {@link SessionRules}. A new revision is one more file, its row in the table,
 * its name in {@link dev.portcullis.mcp.ProtocolVersion} and its golden messages. Immutable; any thread.
 */
@NullMarked
package dev.portcullis.mcp.revision;

import org.jspecify.annotations.NullMarked;
