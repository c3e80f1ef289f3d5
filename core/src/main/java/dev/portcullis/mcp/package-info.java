/**
 * The Model Context Protocol: revisions, methods and errors here; what differs between revisions in {@code revision}, what authors offer in {@code registry}, sessions
 * of the older revisions in {@code session}, and the one place where a message becomes work in {@code dispatch} (start there). Any thread; nothing here blocks.
 */
@NullMarked
package dev.portcullis.mcp;

import org.jspecify.annotations.NullMarked;
