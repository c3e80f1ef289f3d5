package dev.portcullis.tool;

import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.model.Arguments;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.model.TraceContext;
import dev.portcullis.mcp.registry.ToolCall;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call with given arguments, from nobody in particular. */
record FixedCall(Map<String, Object> given) implements ToolCall, Arguments {
    @Override
    public Principal principal() {
        return Principal.ANONYMOUS;
    }

    @Override
    public Arguments arguments() {
        return this;
    }

    @Override
    public void progress(double progress, double total, @Nullable String message) {}

    @Override
    public ClientCapabilities client() {
        return ClientCapabilities.NONE;
    }

    @Override
    public TraceContext trace() {
        return TraceContext.NONE;
    }

    @Override
    public @Nullable String meta(String key) {
        return null;
    }

    @Override
    public void log(LogLevel level, @Nullable String logger, String data) {}

    @Override
    public void log(LogLevel level, String text) {}

    @Override
    public Map<String, InputResponse> ask(Map<String, InputRequest> requests) {
        throw new IllegalStateException("nobody to ask");
    }

    @Override
    public boolean becomeTask() {
        return false;
    }

    @Override
    public void letClientPoll(int retryMillis) {}

    @Override
    public String json() {
        return given.toString();
    }

    @Override
    public void useAnswersOnce() {}

    @Override
    public void completed(InputRequest.Page page) {}

    @Override
    public boolean cancelled() {
        return false;
    }

    @Override
    public boolean has(String name) {
        return given.containsKey(name);
    }

    @Override
    public double number(String name) {
        return ((Number) given.get(name)).doubleValue();
    }

    @Override
    public long integer(String name, long whenAbsent) {
        return has(name) ? ((Number) given.get(name)).longValue() : whenAbsent;
    }

    @Override
    public String string(String name) {
        return (String) given.get(name);
    }

    @Override
    public boolean bool(String name, boolean whenAbsent) {
        return has(name) ? (Boolean) given.get(name) : whenAbsent;
    }

    @Override
    public @Nullable String json(String name) {
        return has(name) ? given.get(name).toString() : null;
    }
}
