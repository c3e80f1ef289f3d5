/** The values of MCP, as a superset of all revisions; how each revision writes them is the business of {@code revision}. Records that copy what they are given; any thread. */
@NullMarked
package dev.portcullis.mcp.model;

import org.jspecify.annotations.NullMarked;
