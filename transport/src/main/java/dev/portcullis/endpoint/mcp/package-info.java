/**
 * The HTTP side of MCP: which revision a request speaks, headers against body, answers as JSON or as a stream. Start at {@link McpEndpoint}. Requests are read on the event
 * loop of their channel; answers come from any thread.
 */
@NullMarked
package dev.portcullis.endpoint.mcp;

import org.jspecify.annotations.NullMarked;
