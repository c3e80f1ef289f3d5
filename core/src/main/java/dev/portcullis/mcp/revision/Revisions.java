package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The table of revisions, and who gets which. */
public final class Revisions {
    private final Map<ProtocolVersion, Revision> byVersion = new EnumMap<>(ProtocolVersion.class);
    private final List<Revision> newestFirst;

    public Revisions(ServerInfo info) {
        var v2024_11_05 = new Revision20241105(info);
        var v2025_03_26 = new Revision20250326(v2024_11_05);
        var v2025_06_18 = new Revision20250618(v2025_03_26);
        var v2025_11_25 = new Revision20251125(v2025_06_18);
        var v2026_07_28 = new Revision20260728(v2025_11_25);
        newestFirst = List.of(v2026_07_28, v2025_11_25, v2025_06_18, v2025_03_26, v2024_11_05);
        newestFirst.forEach(revision -> byVersion.put(revision.version(), revision));
    }

    public Revision of(ProtocolVersion version) {
        var revision = byVersion.get(version);
        if (revision == null) {
            throw new IllegalStateException("no revision " + version);
        }
        return revision;
    }

    public List<Revision> newestFirst() {
        return newestFirst;
    }

    /** @return what an {@code initialize} for this revision gets: the same if it has sessions and we know it, else the newest that has (H-101) */
    public Revision negotiate(String requested) {
        var version = ProtocolVersion.of(requested);
        return version != null && version.hasSessions() ? of(version) : newestWithSessions();
    }

    private Revision newestWithSessions() {
        return newestFirst.stream()
                .filter(revision -> revision.version().hasSessions())
                .findFirst()
                .orElseThrow();
    }

    /**
     * The revision that a stateless request names in its {@code _meta}.
     *
     * @throws McpException UNSUPPORTED_VERSION: unknown, or one that needs a session; for the latter only stateless revisions are offered, since asking for another in
     *     {@code _meta} would lead here again (H-36)
     */
    public Revision stateless(String requested) throws McpException {
        var version = ProtocolVersion.of(requested);
        if (version == null || version.hasSessions()) {
            throw unsupported(requested, version != null);
        }
        return of(version);
    }

    /** A refusal of a revision that we do not speak, or not like this (H-35, H-36). */
    public McpException unsupported(String requested, boolean statelessOnly) {
        try (var out = JsonWriter.take()) {
            out.beginObject().name("supported").beginArray();
            for (var version : ProtocolVersion.ALL) {
                if (!statelessOnly || !version.hasSessions()) {
                    out.string(version.text());
                }
            }
            out.endArray()
                    .name("requested")
                    .string(McpException.echo(requested))
                    .endObject();
            return new McpException(
                    McpError.UNSUPPORTED_VERSION,
                    "Unsupported protocol version: " + McpException.echo(requested),
                    out.toBytes());
        }
    }
}
