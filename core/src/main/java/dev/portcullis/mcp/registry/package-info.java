/** What authors offer: tools. Start at {@link ToolHandler}. */
@NullMarked
package dev.portcullis.mcp.registry;

import org.jspecify.annotations.NullMarked;
