package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Principal;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.codec.RequestMeta;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.Sessions;
import org.jspecify.annotations.Nullable;

/** {@code initialize}, {@code ping}, {@code server/discover}. */
final class LifecycleMethods {
    private final ServerInfo info;
    private final Revisions revisions;
    private final Sessions sessions;
    private final Offers offers;
    private final CallLimits limits;

    LifecycleMethods(ServerInfo info, Revisions revisions, Sessions sessions, Offers offers, CallLimits limits) {
        this.info = info;
        this.revisions = revisions;
        this.sessions = sessions;
        this.offers = offers;
        this.limits = limits;
    }

    /**
     * Opens the session that an {@code initialize} asks for.
     *
     * @throws McpException INVALID_PARAMS: something required is missing (H-101)
     */
    Session open(RequestParams params, Principal principal) throws McpException {
        var requested = require(params, "protocolVersion", JsonKind.STRING);
        var capabilities = require(params, "capabilities", JsonKind.OBJECT);
        var clientInfo = require(params, "clientInfo", JsonKind.OBJECT);
        if (!RequestMeta.isImplementation(clientInfo)) {
            throw new McpException(McpError.INVALID_PARAMS, "clientInfo needs a name and a version, both strings");
        }
        var revision = revisions.negotiate(requested.cursor().string());
        return sessions.open(revision.version(), ClientCapabilities.of(capabilities), principal);
    }

    private static RawJson require(RequestParams params, String member, JsonKind kind) throws McpException {
        var value = params.member(member);
        if (value == null || value.kind() != kind) {
            throw new McpException(McpError.INVALID_PARAMS, "params." + member + " is missing or of the wrong type");
        }
        return value;
    }

    /** Answers an {@code initialize} whose session has been opened. */
    @Nullable
    PendingCall initialized(JsonRpcId id, CallContext context) {
        Answers.result(id, context, out -> {
            out.name("protocolVersion").string(context.revision().version().text());
            out.name("capabilities");
            context.revision().capabilities(out, offers.now());
            out.name("serverInfo");
            context.revision().serverInfo(out);
            if (info.instructions() != null) {
                out.name("instructions").string(info.instructions());
            }
        });
        return null;
    }

    @Nullable
    PendingCall ping(JsonRpcId id, CallContext context) {
        Answers.result(id, context, _ -> {});
        return null;
    }

    /** H-70. */
    @Nullable
    PendingCall discover(JsonRpcId id, CallContext context) {
        var revision = context.revision();
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.beginResult(out, id);
            revision.beginResult(out);
            out.name("supportedVersions").beginArray();
            revisions.newestFirst().forEach(each -> out.string(each.version().text()));
            out.endArray().name("capabilities");
            revision.capabilities(out, offers.now());
            if (info.instructions() != null) {
                out.name("instructions").string(info.instructions());
            }
            revision.caching(out, limits.listTtlMillis());
            revision.endDiscovery(out);
            JsonRpcEncoder.end(out);
            context.sink().answer(200, out);
        }
        return null;
    }
}
