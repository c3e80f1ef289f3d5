package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.registry.Registered;
import dev.portcullis.mcp.registry.Roster;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.policy.Policy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One list of what is offered, page by page (H-184): what the caller may not use is left out before pages are cut, and a page begins behind what the last one ended with,
 * whatever has come and gone meanwhile. What only lacks a scope is listed, so that the client learns what to ask for. Any thread.
 */
final class Pages<T extends Registered> {
    private final String member;
    private final Supplier<Roster<T>> roster;
    private final Form<T> form;
    private final Rules rules;
    private volatile PageTable<T> table;

    /** How a revision writes one of the list. */
    @FunctionalInterface
    interface Form<T> {
        void write(Revision revision, JsonWriter out, T each);
    }

    /** What all lists have in common. */
    record Rules(Policy policy, CallLimits limits, Revisions revisions, Cursors cursors) {}

    /** @param member of the result, e.g. {@code tools} */
    Pages(String member, Supplier<Roster<T>> roster, Form<T> form, Rules rules) {
        this.member = member;
        this.roster = roster;
        this.form = form;
        this.rules = rules;
        this.table = table(roster.get(), null);
    }

    private PageTable<T> table(Roster<T> now, @Nullable PageTable<T> before) {
        var forms = new EnumMap<ProtocolVersion, List<byte[]>>(ProtocolVersion.class);
        for (var revision : rules.revisions().newestFirst()) {
            var known = new IdentityHashMap<T, byte[]>();
            if (before != null) {
                var earlier = before.forms(revision.version());
                for (int i = 0; i < earlier.size(); i++) {
                    known.put(before.roster().all().get(i), earlier.get(i));
                }
            }
            var all = new ArrayList<byte[]>();
            for (var each : now.all()) {
                byte[] same = known.get(each);
                all.add(same != null ? same : write(revision, each));
            }
            forms.put(revision.version(), List.copyOf(all));
        }
        return new PageTable<>(now, forms, rules.policy(), rules.limits().pageSize());
    }

    private byte[] write(Revision revision, T each) {
        try (var out = JsonWriter.take()) {
            form.write(revision, out, each);
            return out.toBytes();
        }
    }

    private PageTable<T> table() {
        var current = table;
        var now = roster.get();
        if (current.roster() != now) {
            current = table(now, current);
            table = current;
        }
        return current;
    }

    /** @throws McpException INVALID_PARAMS: no cursor of this list and caller */
    @Nullable
    PendingCall list(JsonRpcId id, CallContext context) throws McpException {
        var current = table();
        int from = first(context, current.roster());
        var page = current.page(context.principal(), context.revision().version(), from);
        Answers.result(id, context, out -> {
            out.name(member).beginArray().kept(page.elements()).endArray();
            int last = page.lastIfMore();
            if (last >= 0) {
                var position = new Cursors.Position(
                        current.roster().all().get(last).key(), current.roster().placeAt(last));
                out.name("nextCursor").string(rules.cursors().seal(member, context.principal(), position));
            }
            context.revision().caching(out, rules.limits().listTtlMillis());
        });
        return null;
    }

    /** @return index of the first one that may stand on the page */
    private int first(CallContext context, Roster<T> now) throws McpException {
        var cursor = context.params().member("cursor");
        if (cursor == null) {
            return 0;
        }
        var last = cursor.kind() == JsonKind.STRING
                ? rules.cursors()
                        .open(member, context.principal(), cursor.cursor().string())
                : null;
        if (last != null && last.place() >= 0) {
            return now.indexBehind(last.place());
        }
        int index = last == null ? -1 : now.indexOf(last.key());
        if (index < 0) {
            throw new McpException(McpError.INVALID_PARAMS, "Unknown cursor");
        }
        return index + 1;
    }
}
