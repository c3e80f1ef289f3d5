/** What MCP reads out of a message's params, in one walk. Records; any thread. */
@NullMarked
package dev.portcullis.mcp.codec;

import org.jspecify.annotations.NullMarked;
