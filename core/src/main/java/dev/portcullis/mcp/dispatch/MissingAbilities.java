package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.model.InputRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client would have to be able to, so that a call could go on (H-86, H-211).
 *
 * @param form {@code elicitation.form}
 * @param page {@code elicitation.url}
 * @param sampling {@code sampling}
 * @param samplingTools {@code sampling.tools}
 * @param roots {@code roots}
 */
record MissingAbilities(boolean form, boolean page, boolean sampling, boolean samplingTools, boolean roots) {
    /** @return what a call's client lacks to answer all of this; null if nothing */
    static @Nullable MissingAbilities of(CallContext context, Collection<InputRequest> requests) {
        boolean form = false;
        boolean page = false;
        boolean sampling = false;
        boolean samplingTools = false;
        boolean roots = false;
        for (var request : requests) {
            boolean missing = !InputRequests.canAnswer(context.clientCapabilities(), request)
                    || !context.revision().canAsk(request);
            switch (request) {
                case InputRequest.Form _ -> form |= missing;
                case InputRequest.Page _ -> page |= missing;
                case InputRequest.Sampling asked -> {
                    sampling |= missing;
                    samplingTools |= missing && InputRequests.usesTools(asked);
                }
                case InputRequest.Roots _ -> roots |= missing;
            }
        }
        return form || page || sampling || roots
                ? new MissingAbilities(form, page, sampling, samplingTools, roots)
                : null;
    }

    /** @return for people */
    String text() {
        List<String> words = new ArrayList<>();
        if (form) {
            words.add("elicitation by forms");
        }
        if (page) {
            words.add("elicitation by pages to visit");
        }
        if (sampling) {
            words.add(samplingTools ? "sampling with tools" : "sampling");
        }
        if (roots) {
            words.add("roots");
        }
        return "This needs a client that supports " + String.join(" and ", words) + ".";
    }

    /** The error of revisions without sessions. */
    McpException toException() {
        try (var out = JsonWriter.take()) {
            out.beginObject().name("requiredCapabilities").beginObject();
            if (form || page) {
                out.name("elicitation").beginObject();
                flag(out, "form", form);
                flag(out, "url", page);
                out.endObject();
            }
            if (sampling) {
                out.name("sampling").beginObject();
                flag(out, "tools", samplingTools);
                out.endObject();
            }
            flag(out, "roots", roots);
            byte[] data = out.endObject().endObject().toBytes();
            return new McpException(McpError.MISSING_CAPABILITY, text(), data);
        }
    }

    private static void flag(JsonWriter out, String name, boolean missing) {
        if (missing) {
            out.name(name).beginObject().endObject();
        }
    }
}
