package dev.portcullis.mcp.codec;

import dev.portcullis.json.FamiliarObjects;
import dev.portcullis.json.JsonCursor;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code params._meta}, as far as the protocol gives it a meaning (H-42, H-43); whether each is of its type is asked where it matters. A client sends the same with each request: one that has
 * nothing but what it says of itself is kept, with what was found out about it.
 */
public final class RequestMeta {
    /** No {@code _meta}. */
    public static final RequestMeta NONE = new RequestMeta(false, null, null, null, null);

    private static final byte[] PROTOCOL_VERSION = bytes("io.modelcontextprotocol/protocolVersion");
    private static final byte[] CLIENT_CAPABILITIES = bytes("io.modelcontextprotocol/clientCapabilities");
    private static final byte[] CLIENT_INFO = bytes("io.modelcontextprotocol/clientInfo");
    private static final byte[] PROGRESS_TOKEN = bytes("progressToken");

    private final boolean namesRevision;
    private final @Nullable String version;
    private final @Nullable RawJson clientCapabilities;
    private final @Nullable RawJson clientInfo;
    private final @Nullable RawJson progressToken;

    /** What a stateless request's client can do, once it has been found that all is there. By the thread that has read this alone. */
    private @Nullable ClientCapabilities complete;

    private RequestMeta(
            boolean namesRevision,
            @Nullable String version,
            @Nullable RawJson clientCapabilities,
            @Nullable RawJson clientInfo,
            @Nullable RawJson progressToken) {
        this.namesRevision = namesRevision;
        this.version = version;
        this.clientCapabilities = clientCapabilities;
        this.clientInfo = clientInfo;
        this.progressToken = progressToken;
    }

    /** Walks over the object the cursor stands on, and steps behind it. */
    static RequestMeta read(JsonCursor cursor) {
        if (cursor.familiar() instanceof RequestMeta known) {
            return known;
        }
        RawJson whole = cursor.slice();
        if (whole.length() > FamiliarObjects.BYTES_MAX || !isOfClientAlone(whole)) {
            return read(whole);
        }
        RawJson own = whole.copy();
        var meta = read(own);
        FamiliarObjects.keep(own, meta);
        return meta;
    }

    /** Whether it says nothing that changes from request to request. */
    private static boolean isOfClientAlone(RawJson whole) {
        int members = 0;
        var cursor = whole.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (!cursor.nameIs(PROTOCOL_VERSION)
                    && !cursor.nameIs(CLIENT_CAPABILITIES)
                    && !cursor.nameIs(CLIENT_INFO)) {
                return false;
            }
            members++;
        }
        return members > 0;
    }

    private static RequestMeta read(RawJson whole) {
        boolean namesRevision = false;
        String version = null;
        RawJson clientCapabilities = null;
        RawJson clientInfo = null;
        RawJson progressToken = null;
        var cursor = whole.cursor();
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

    /** @return whether it says which revision it speaks, be it by something that is no string; if not, it is a message of a session */
    public boolean namesRevision() {
        return namesRevision;
    }

    /** @return the revision's name; null if absent or not a string */
    public @Nullable String version() {
        return version;
    }

    /** @return the name under which progress is wanted; a string or an integer, short */
    public @Nullable RawJson progressToken() {
        return progressToken;
    }

    /**
     * What the client can do, of a request that stands alone. That of the thread that has read the message.
     *
     * @throws McpException MISSING_META: something is not there, or not of its type (H-42, H-43)
     */
    public ClientCapabilities requireComplete() throws McpException {
        var known = complete;
        if (known == null) {
            known = findComplete();
            complete = known;
        }
        return known;
    }

    private ClientCapabilities findComplete() throws McpException {
        require(version != null, "_meta needs io.modelcontextprotocol/protocolVersion, a string");
        var capabilities = clientCapabilities;
        if (capabilities == null || capabilities.kind() != JsonKind.OBJECT) {
            throw new McpException(
                    McpError.MISSING_META, "_meta needs io.modelcontextprotocol/clientCapabilities, an object");
        }
        require(
                clientInfo == null || isImplementation(clientInfo),
                "clientInfo needs a name and a version, both strings");
        return ClientCapabilities.of(capabilities);
    }

    private static void require(boolean condition, String problem) throws McpException {
        if (!condition) {
            throw new McpException(McpError.MISSING_META, problem);
        }
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
