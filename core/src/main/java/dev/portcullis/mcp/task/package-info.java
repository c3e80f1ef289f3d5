/**
 * Calls that outlive their request: what is remembered of each (MCP tasks of both generations, H §4.9, §5.5). Start at {@code Task}; {@code TaskStore} keeps them. Who may
 * see one, and how a revision writes it, is decided elsewhere. Any thread.
 */
@NullMarked
package dev.portcullis.mcp.task;

import org.jspecify.annotations.NullMarked;
