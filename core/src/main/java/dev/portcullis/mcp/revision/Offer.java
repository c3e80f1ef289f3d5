package dev.portcullis.mcp.revision;

/**
 * What this server has to offer, for the capabilities it tells (H-71). What is not here does not answer (H-160).
 *
 * @param tools tools
 * @param prompts prompts
 * @param resources resources or templates; they can be subscribed to
 * @param completions suggestions for arguments of prompts and variables of templates
 * @param tasks some tool may be called as a task
 */
public record Offer(boolean tools, boolean prompts, boolean resources, boolean completions, boolean tasks) {}
