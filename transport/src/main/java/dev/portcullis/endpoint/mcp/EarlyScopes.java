package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.GuardedPaths;
import dev.portcullis.http.RequestHead;
import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.revision.Revisions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request of a stateless revision for want of scopes by what its headers say, before anything of its body is read (O-23, O-24). Headers that are absent, repeated
 * or malformed, and those of other revisions (H-59), decide nothing here: the body follows, and they are checked against it (H-51, H-52).
 */
final class EarlyScopes {
    private final McpDispatcher dispatcher;
    private final Revisions revisions;
    private final GuardedPaths guarded;
    private final boolean isOn;

    EarlyScopes(McpDispatcher dispatcher, Revisions revisions, GuardedPaths guarded) {
        this.dispatcher = dispatcher;
        this.revisions = revisions;
        this.guarded = guarded;
        this.isOn = dispatcher.asksForScopes();
    }

    /** @return whether it has been answered with 403 */
    boolean isRefused(Exchange exchange) {
        var head = exchange.head();
        if (!isOn || !head.headers().contains(McpHeaders.NAME)) {
            return false;
        }
        var version = ProtocolVersion.of(single(head, McpHeaders.PROTOCOL_VERSION));
        if (version == null || version.hasSessions()) {
            return false;
        }
        var missing = missing(head, exchange);
        if (missing != null) {
            String text = revisions.of(version).version().text();
            exchange.reply(
                    guarded.insufficientScope(exchange.route(), missing).with(McpHeaders.PROTOCOL_VERSION, text));
        }
        return missing != null;
    }

    private @Nullable Scopes missing(RequestHead head, Exchange exchange) {
        String method = single(head, McpHeaders.METHOD);
        var known = method == null ? null : McpMethod.of(method);
        if (known == null || known.named() == null) {
            return null;
        }
        String name = name(head);
        return name == null ? null : dispatcher.missingScopes(known, name, exchange.principal());
    }

    private static @Nullable String name(RequestHead head) {
        String field = single(head, McpHeaders.NAME);
        try {
            return field == null ? null : MirroredValue.decode(McpHeaders.NAME, field);
        } catch (McpException malformed) {
            return null;
        }
    }

    private static @Nullable String single(RequestHead head, CharSequence header) {
        List<String> fields = head.headerAll(header);
        return fields.size() == 1 ? MirroredValue.trim(fields.getFirst()) : null;
    }
}
