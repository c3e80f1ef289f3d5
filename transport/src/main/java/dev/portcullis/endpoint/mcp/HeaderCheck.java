package dev.portcullis.endpoint.mcp;

import static dev.portcullis.endpoint.mcp.MirroredValue.mismatch;

import dev.portcullis.http.RequestHead;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.dispatch.ArgumentHeaders;
import dev.portcullis.mcp.registry.MirroredArgument;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Headers that repeat the body, so that whoever stands in front can route without reading it, must not lie about it (H §4.3, T-26). Every refusal is HEADER_MISMATCH.
 */
final class HeaderCheck implements ArgumentHeaders {
    private static final Pattern NUMBER =
            Pattern.compile("-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?");

    private final RequestHead head;

    HeaderCheck(RequestHead head) {
        this.head = head;
    }

    /** H-37, H-38: there, and the same. */
    void requireVersion(String version) throws McpException {
        var note = HeadNote.of(head);
        if (note != null && version.equals(note.version)) {
            return;
        }
        requireEqual(McpHeaders.PROTOCOL_VERSION, version);
        if (note != null) {
            note.version = version;
        }
    }

    /** Never base64 (H-53). */
    void requireMethod(String method) throws McpException {
        var note = HeadNote.of(head);
        if (note != null && method.equals(note.method)) {
            return;
        }
        requireEqual(McpHeaders.METHOD, method);
        if (note != null) {
            note.method = method;
        }
    }

    private void requireEqual(CharSequence header, String expected) throws McpException {
        String field = single(header);
        if (field == null) {
            throw mismatch(header, "is missing");
        }
        if (!MirroredValue.trim(field).equals(expected)) {
            throw mismatch(header, "does not match the body");
        }
    }

    /** What a notification may leave out but not contradict (H-58). */
    void requireNoContradiction(@Nullable String version, String method) throws McpException {
        if (version != null && single(McpHeaders.PROTOCOL_VERSION) != null) {
            requireVersion(version);
        }
        if (single(McpHeaders.METHOD) != null) {
            requireMethod(method);
        }
    }

    /** {@code Mcp-Name}, where the method has one. */
    void requireName(McpMethod method, RequestParams params) throws McpException {
        String member = method.named();
        if (member == null) {
            return;
        }
        if (member.equals("name")) {
            requireName(params.name());
        } else {
            var value = params.member(member);
            requireName(
                    value != null && value.kind() == JsonKind.STRING
                            ? value.cursor().string()
                            : null);
        }
    }

    private void requireName(@Nullable String inBody) throws McpException {
        var note = HeadNote.of(head);
        if (note != null && inBody != null && inBody.equals(note.name)) {
            return;
        }
        String field = single(McpHeaders.NAME);
        if (field == null && inBody != null) {
            throw mismatch(McpHeaders.NAME, "is missing");
        }
        if (field != null && !MirroredValue.decode(McpHeaders.NAME, field).equals(inBody)) {
            throw mismatch(McpHeaders.NAME, "does not match the body");
        }
        if (note != null) {
            note.name = inBody; // null if neither has one
        }
    }

    /** {@code Mcp-Param-…} (H-54); those of no argument are not looked at (H-55). */
    @Override
    public void check(List<MirroredArgument> mirrored, RawJson arguments) throws McpException {
        for (var argument : mirrored) {
            check(argument, find(arguments, argument.path()));
        }
    }

    private void check(MirroredArgument argument, @Nullable RawJson inBody) throws McpException {
        String header = McpHeaders.PARAM_PREFIX + argument.header().toLowerCase(Locale.ROOT);
        String field = single(header);
        if (inBody == null || inBody.kind() == JsonKind.NULL) {
            if (field != null) {
                throw mismatch(header, "stands for an argument that is not there");
            }
            return;
        }
        if (field == null) {
            throw mismatch(header, "is missing");
        }
        if (!isSame(argument.type(), MirroredValue.decode(header, field), inBody)) {
            throw mismatch(header, "does not match the argument");
        }
    }

    private static @Nullable RawJson find(RawJson arguments, List<String> path) {
        RawJson value = arguments;
        for (String name : path) {
            value = value == null ? null : RequestParams.memberOf(value, name);
        }
        return value;
    }

    private static boolean isSame(MirroredArgument.Type type, String inHeader, RawJson inBody) {
        return switch (type) {
            case STRING ->
                inBody.kind() == JsonKind.STRING && inBody.cursor().string().equals(inHeader);
            case BOOLEAN -> inBody.kind() == JsonKind.BOOLEAN && inBody.text().equals(inHeader);
            case INTEGER ->
                inBody.kind() == JsonKind.NUMBER
                        && NUMBER.matcher(inHeader).matches()
                        && Double.parseDouble(inHeader) == inBody.cursor().number(); // exact within ±2^53
        };
    }

    /** @return the header's one value; null if absent   @throws McpException it is repeated, so that two readers could take different ones (H-51) */
    private @Nullable String single(CharSequence header) throws McpException {
        var fields = head.headerAll(header);
        if (fields.size() > 1) {
            throw mismatch(header, "is repeated");
        }
        return fields.isEmpty() ? null : fields.getFirst();
    }
}
