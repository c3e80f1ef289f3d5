/** What authors offer: tools. Start at {@link ToolHandler}, which says on which thread a tool runs; everything else here is immutable. */
@NullMarked
package dev.portcullis.mcp.registry;

import org.jspecify.annotations.NullMarked;
