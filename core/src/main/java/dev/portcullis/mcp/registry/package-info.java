/**
 * What authors offer: tools, prompts and resources, together the {@link Catalog}. Start at {@link ToolHandler}, which says on which thread a tool runs, and {@link Call}, by
 * which it speaks with the client; everything else here is immutable.
 */
@NullMarked
package dev.portcullis.mcp.registry;

import org.jspecify.annotations.NullMarked;
