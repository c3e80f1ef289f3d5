package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.codec.RequestParams;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads out of params what several methods ask for; what does not fit is INVALID_PARAMS. */
final class CallParams {
    private CallParams() {}

    /**
     * A string among an object's members.
     *
     * @param where how the member is called in a refusal, e.g. {@code params.uri}
     */
    static String string(RawJson object, String member, String where) throws McpException {
        return string(RequestParams.memberOf(object, member), where);
    }

    static String string(@Nullable RawJson value, String where) throws McpException {
        if (value == null || value.kind() != JsonKind.STRING) {
            throw new McpException(McpError.INVALID_PARAMS, where + " must be a string");
        }
        return value.cursor().string();
    }

    static RawJson object(@Nullable RawJson value, String where) throws McpException {
        if (value == null || value.kind() != JsonKind.OBJECT) {
            throw new McpException(McpError.INVALID_PARAMS, where + " must be an object");
        }
        return value;
    }

    /** @return an object's members, in order, which must all be strings; none if there is no object */
    static Map<String, String> strings(@Nullable RawJson object, String where) throws McpException {
        if (object == null) {
            return Map.of();
        }
        var strings = new LinkedHashMap<String, String>();
        var cursor = object(object, where).cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            String name = cursor.name();
            strings.put(name, string(cursor.slice(), where + "." + McpException.echo(name)));
        }
        return strings;
    }

    /** A token is repeated in every notification: it is what an id may be. */
    static void requireProgressToken(CallContext context) throws McpException {
        var token = context.params().meta().progressToken();
        if (token != null && JsonRpcId.of(token) == null) {
            throw new McpException(McpError.INVALID_PARAMS, "progressToken must be a short string or an integer");
        }
    }
}
