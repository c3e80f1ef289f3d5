package dev.portcullis.ops.server;

import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.policy.Policy;

/**
 * What a server serves.
 *
 * @param info as whom
 * @param catalog what authors offer; may change while it is served
 * @param policy to whom
 */
record Served(ServerInfo info, Catalog catalog, Policy policy) {}
