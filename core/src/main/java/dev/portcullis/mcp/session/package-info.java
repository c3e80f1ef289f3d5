/**
 * Sessions of the revisions that begin with {@code initialize}. A session lives in its id, sealed, so that any node can serve it; {@link SessionStore} remembers only what
 * an id cannot. Start at {@link Sessions}. Any thread; nothing here blocks.
 */
@NullMarked
package dev.portcullis.mcp.session;

import org.jspecify.annotations.NullMarked;
