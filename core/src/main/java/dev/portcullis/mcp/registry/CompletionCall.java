package dev.portcullis.mcp.registry;

import dev.portcullis.identity.Principal;
import java.util.Map;

/**
 * Somebody is typing.
 *
 * @param principal who
 * @param argument of which argument or template variable
 * @param value what has been typed so far
 * @param context the other arguments, as far as they are known (from 2025-06-18 on; else empty)
 */
public record CompletionCall(Principal principal, String argument, String value, Map<String, String> context) {
    public CompletionCall {
        context = Map.copyOf(context);
    }
}
