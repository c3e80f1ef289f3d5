package dev.portcullis.mcp.revision;

import dev.portcullis.mcp.McpMethod;

/**
 * What this server has to offer, for the capabilities it tells (H-71). What is not here does not answer (H-160).
 *
 * @param tools tools
 * @param prompts prompts
 * @param resources resources or templates; they can be subscribed to
 * @param completions suggestions for arguments of prompts and variables of templates
 * @param tasks some tool may be called as a task
 */
public record Offer(boolean tools, boolean prompts, boolean resources, boolean completions, boolean tasks) {
    /** @return whether a method belongs to what is offered, or to every server; which revision has it is another question */
    public boolean covers(McpMethod method) {
        return switch (method) {
            case LIST_TOOLS, CALL_TOOL -> tools;
            case LIST_PROMPTS, GET_PROMPT -> prompts;
            case LIST_RESOURCES, LIST_RESOURCE_TEMPLATES, READ_RESOURCE, SUBSCRIBE, UNSUBSCRIBE -> resources;
            case COMPLETE -> completions;
            case GET_TASK, UPDATE_TASK, CANCEL_TASK, LIST_TASKS, TASK_RESULT -> tasks;
            case LISTEN -> tools || prompts || resources; // H-80: else nothing could ever change
            case INITIALIZE, INITIALIZED, PING, DISCOVER, SET_LOG_LEVEL, CANCELLED, PROGRESS, ROOTS_CHANGED -> true;
        };
    }
}
