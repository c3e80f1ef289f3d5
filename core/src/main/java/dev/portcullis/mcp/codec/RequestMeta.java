package dev.portcullis.mcp.codec;

import dev.portcullis.json.JsonCursor;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.ProtocolVersion;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code params._meta}, as far as the protocol gives it a meaning (H-42, H-43); whether each is of its type is asked where it matters.
 *
 * @param namesRevision whether it says which revision it speaks, be it by something that is no string; if not, it is a message of a session
 * @param version the revision's name; null if absent or not a string
 * @param clientCapabilities what the client can do, for this request
 * @param clientInfo what the client is
 * @param progressToken wants progress under this name; a string or an integer, short
 */
public record RequestMeta(
        boolean namesRevision,
        @Nullable String version,
        @Nullable RawJson clientCapabilities,
        @Nullable RawJson clientInfo,
        @Nullable RawJson progressToken) {
    /** No {@code _meta}. */
    public static final RequestMeta NONE = new RequestMeta(false, null, null, null, null);

    private static final byte[] PROTOCOL_VERSION = bytes("io.modelcontextprotocol/protocolVersion");
    private static final byte[] CLIENT_CAPABILITIES = bytes("io.modelcontextprotocol/clientCapabilities");
    private static final byte[] CLIENT_INFO = bytes("io.modelcontextprotocol/clientInfo");
    private static final byte[] PROGRESS_TOKEN = bytes("progressToken");

    /** Walks over the object the cursor stands on, and steps behind it. */
    static RequestMeta read(JsonCursor cursor) {
        boolean namesRevision = false;
        String version = null;
        RawJson clientCapabilities = null;
        RawJson clientInfo = null;
        RawJson progressToken = null;
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.nameIs(PROTOCOL_VERSION)) {
                namesRevision = true;
                version = version(cursor);
            } else if (cursor.nameIs(CLIENT_CAPABILITIES)) {
                clientCapabilities = cursor.slice();
            } else if (cursor.nameIs(CLIENT_INFO)) {
                clientInfo = cursor.slice();
            } else if (cursor.nameIs(PROGRESS_TOKEN)) {
                progressToken = cursor.slice();
            }
        }
        return new RequestMeta(namesRevision, version, clientCapabilities, clientInfo, progressToken);
    }

    private static @Nullable String version(JsonCursor cursor) {
        for (var known : ProtocolVersion.ALL) { // almost always one of them: no new string
            if (cursor.stringIs(known.text())) {
                return known.text();
            }
        }
        return cursor.kind() == JsonKind.STRING ? cursor.string() : null;
    }

    /** @return whether this is an {@code Implementation}: an object whose name and version are strings (H-43, H-101) */
    public static boolean isImplementation(RawJson clientInfo) {
        if (clientInfo.kind() != JsonKind.OBJECT) {
            return false;
        }
        boolean named = false;
        boolean versioned = false;
        var cursor = clientInfo.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            boolean isText = cursor.kind() == JsonKind.STRING;
            named |= isText && cursor.nameIs("name");
            versioned |= isText && cursor.nameIs("version");
        }
        return named && versioned;
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }
}
