package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.model.Root;
import dev.portcullis.mcp.registry.InputRefusedException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads what a client answers to what a call has asked: whatever comes in is checked against the question (H-192, T-35). */
final class InputResponses {
    /** Folders and files of one client. */
    static final int ROOTS_MAX = 1_000;

    private static final int URI_CHARS_MAX = 4_096;
    private static final int NAME_CHARS_MAX = 1_024;

    private InputResponses() {}

    /**
     * Reads one answer.
     *
     * @param result the client's {@code ElicitResult}, {@code CreateMessageResult} or {@code ListRootsResult}, or whatever it sent instead
     * @return of the kind that belongs to the request
     * @throws InputRefusedException it is none, or does not fit what was asked; the text says why and may be shown to the client
     */
    static InputResponse read(InputRequest request, RawJson result) throws InputRefusedException {
        if (result.kind() != JsonKind.OBJECT) {
            throw refused(request, "must be an object");
        }
        String problem;
        try {
            return switch (request) {
                case InputRequest.Form form -> elicited(form, result);
                case InputRequest.Page _ -> new InputResponse.Elicited(action(result), null);
                case InputRequest.Sampling sampling -> SampledAnswer.read(sampling, result);
                case InputRequest.Roots _ -> roots(result);
            };
        } catch (Unfit e) {
            problem = e.detail();
        }
        throw refused(request, problem);
    }

    /** What makes an answer none. */
    static final class Unfit extends Exception {
        private static final long serialVersionUID = 1;

        Unfit(String problem) {
            super(problem, null, false, false);
        }

        String detail() {
            return String.valueOf(getMessage());
        }
    }

    private static InputRefusedException refused(InputRequest request, String problem) {
        return new InputRefusedException(
                0, "The client's answer to " + InputRequests.method(request) + " is not one: " + problem);
    }

    private static InputResponse.Elicited elicited(InputRequest.Form form, RawJson result) throws Unfit {
        var action = action(result);
        return action == InputResponse.Action.ACCEPT
                ? new InputResponse.Elicited(action, FormAnswer.read(form, RequestParams.memberOf(result, "content")))
                : new InputResponse.Elicited(action, null);
    }

    private static InputResponse.Action action(RawJson result) throws Unfit {
        String text = string(result, "action", 16);
        for (var action : InputResponse.Action.values()) {
            if (action.text().equals(text)) {
                return action;
            }
        }
        throw new Unfit("action must be accept, decline or cancel");
    }

    private static InputResponse.RootList roots(RawJson result) throws Unfit {
        var array = RequestParams.memberOf(result, "roots");
        if (array == null || array.kind() != JsonKind.ARRAY) {
            throw new Unfit("roots must be an array");
        }
        List<Root> roots = new ArrayList<>();
        var cursor = array.cursor();
        cursor.enterArray();
        while (cursor.nextElement()) {
            if (roots.size() == ROOTS_MAX) {
                throw new Unfit("there are more than " + ROOTS_MAX + " roots");
            }
            roots.add(root(cursor.slice()));
        }
        return new InputResponse.RootList(roots);
    }

    private static Root root(RawJson root) throws Unfit {
        if (root.kind() != JsonKind.OBJECT) {
            throw new Unfit("a root must be an object");
        }
        String uri = string(root, "uri", URI_CHARS_MAX);
        if (!isFile(uri)) {
            throw new Unfit("the uri of a root must be a file:// URI"); // H-195
        }
        return new Root(uri, stringOrNull(root, "name", NAME_CHARS_MAX));
    }

    private static boolean isFile(String uri) {
        try {
            return uri.toLowerCase(Locale.ROOT).startsWith("file://")
                    && "file".equalsIgnoreCase(new URI(uri).getScheme());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** @return a member that must be there */
    static String string(RawJson object, String member, int charsMax) throws Unfit {
        String text = stringOrNull(object, member, charsMax);
        if (text == null) {
            throw new Unfit(member + " must be a string");
        }
        return text;
    }

    /** @return a member; null if it is absent, or null, as some clients write what is absent */
    static @Nullable String stringOrNull(RawJson object, String member, int charsMax) throws Unfit {
        var value = RequestParams.memberOf(object, member);
        if (value == null || value.kind() == JsonKind.NULL) {
            return null;
        }
        if (value.kind() != JsonKind.STRING) {
            throw new Unfit(member + " must be a string");
        }
        String text = value.cursor().string();
        if (text.length() > charsMax) {
            throw new Unfit(member + " must be at most " + charsMax + " characters long");
        }
        return text;
    }
}
