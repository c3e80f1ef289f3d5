/**
 * The server that the published MCP conformance suite is run against: everything it asks for by name, and nothing of the product. Start at {@link ConformanceServer};
 * {@code ops/conformance} runs it, without a build, straight from these sources. One class a family of tools.
 */
@NullMarked
package dev.portcullis.ops.conformance;

import org.jspecify.annotations.NullMarked;
