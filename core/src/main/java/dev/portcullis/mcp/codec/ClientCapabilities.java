package dev.portcullis.mcp.codec;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import org.jspecify.annotations.Nullable;

/**
 * What a client said it can do, as far as a server may use it: at {@code initialize} for a session, in {@code _meta} for a stateless request (H-162).
 *
 * @param bits one bit per ability; sealed into session ids, so a bit keeps its meaning for ever
 */
public record ClientCapabilities(int bits) {
    /** None. */
    public static final ClientCapabilities NONE = new ClientCapabilities(0);

    private static final int SAMPLING = 1;
    private static final int SAMPLING_TOOLS = 2;
    private static final int ROOTS = 4;
    private static final int ELICITATION_FORM = 8;
    private static final int ELICITATION_URL = 16;
    private static final int TASKS = 32;

    /** Reads a {@code ClientCapabilities} object. */
    public static ClientCapabilities of(RawJson capabilities) {
        if (capabilities.length() == 2) {
            return NONE;
        }
        int bits = 0;
        var sampling = object(capabilities, "sampling");
        if (sampling != null) {
            bits |= SAMPLING | (object(sampling, "tools") == null ? 0 : SAMPLING_TOOLS);
        }
        bits |= object(capabilities, "roots") == null ? 0 : ROOTS;
        var elicitation = object(capabilities, "elicitation");
        if (elicitation != null) {
            boolean url = object(elicitation, "url") != null;
            boolean form = object(elicitation, "form") != null || !url; // H §11.15: an empty object means forms
            bits |= (form ? ELICITATION_FORM : 0) | (url ? ELICITATION_URL : 0);
        }
        var extensions = object(capabilities, "extensions");
        if (extensions != null) {
            bits |= object(extensions, "io.modelcontextprotocol/tasks") == null ? 0 : TASKS;
        }
        return new ClientCapabilities(bits);
    }

    private static @Nullable RawJson object(RawJson parent, String member) {
        var value = RequestParams.memberOf(parent, member);
        return value != null && value.kind() == JsonKind.OBJECT ? value : null;
    }

    public boolean sampling() {
        return (bits & SAMPLING) != 0;
    }

    public boolean samplingTools() {
        return (bits & SAMPLING_TOOLS) != 0;
    }

    public boolean roots() {
        return (bits & ROOTS) != 0;
    }

    public boolean elicitationForm() {
        return (bits & ELICITATION_FORM) != 0;
    }

    public boolean elicitationUrl() {
        return (bits & ELICITATION_URL) != 0;
    }

    /** @return whether a call may become a task (the extension, H-220) */
    public boolean tasks() {
        return (bits & TASKS) != 0;
    }
}
