package dev.portcullis.mcp.codec;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;

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
        var cursor = capabilities.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.kind() != JsonKind.OBJECT) {
                continue;
            }
            if (cursor.nameIs("sampling")) {
                bits |= SAMPLING | (hasObject(cursor.slice(), "tools") ? SAMPLING_TOOLS : 0);
            } else if (cursor.nameIs("roots")) {
                bits |= ROOTS;
            } else if (cursor.nameIs("elicitation")) {
                bits |= elicitation(cursor.slice());
            } else if (cursor.nameIs("extensions")) {
                bits |= hasObject(cursor.slice(), "io.modelcontextprotocol/tasks") ? TASKS : 0;
            }
        }
        return new ClientCapabilities(bits);
    }

    private static int elicitation(RawJson elicitation) {
        boolean url = hasObject(elicitation, "url");
        boolean form = hasObject(elicitation, "form") || !url; // H §11.15: an empty object means forms
        return (form ? ELICITATION_FORM : 0) | (url ? ELICITATION_URL : 0);
    }

    private static boolean hasObject(RawJson parent, String member) {
        var value = RequestParams.memberOf(parent, member);
        return value != null && value.kind() == JsonKind.OBJECT;
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
