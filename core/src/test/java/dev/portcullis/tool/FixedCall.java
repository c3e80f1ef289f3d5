package dev.portcullis.tool;

import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.registry.Arguments;
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
