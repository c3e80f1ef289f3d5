package dev.portcullis.mcp.dispatch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.identity.Principal;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.KeptJson;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.registry.Registered;
import dev.portcullis.mcp.registry.Roster;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * The pages of one roster as bytes. The policy is asked once for each principal, which is one object per live token, and a page is written once for all who may see the same. A policy
 * is pure and never changes; another roster has another table. Both tables are bounded and forget what is asked for least. Any thread.
 */
final class PageTable<T extends Registered> {
    /** What is decided for a principal takes a bit for each of the roster, and some 100 bytes. */
    private static final int PRINCIPALS_MAX = 10_000;

    private static final int PAGE_BYTES_MAX = 8 * 1024 * 1024;

    private final Roster<T> roster;
    private final Map<ProtocolVersion, List<byte[]>> forms;
    private final Policy policy;
    private final int pageSize;
    private final Cache<Principal, BitSet> visible =
            Caffeine.newBuilder().weakKeys().maximumSize(PRINCIPALS_MAX).build();
    private final Cache<Place, Page> pages = Caffeine.newBuilder()
            .maximumWeight(PAGE_BYTES_MAX)
            .weigher((Place place, Page page) ->
                    page.elements().length() + place.visible().size() / 8 + 100)
            .build();

    /**
     * A page.
     *
     * @param elements of an array, without its brackets
     * @param lastIfMore index of the last one on it, if there are more for this caller; else -1
     */
    record Page(KeptJson elements, int lastIfMore) {}

    /** Which page. */
    private record Place(BitSet visible, ProtocolVersion version, int from) {}

    /** @param forms each revision's form of each, in the roster's order: pages are put together from them */
    PageTable(Roster<T> roster, Map<ProtocolVersion, List<byte[]>> forms, Policy policy, int pageSize) {
        this.roster = roster;
        this.forms = forms;
        this.policy = policy;
        this.pageSize = pageSize;
    }

    Roster<T> roster() {
        return roster;
    }

    List<byte[]> forms(ProtocolVersion version) {
        return forms.getOrDefault(version, List.of());
    }

    /** @param from index of the first one that may stand on it */
    Page page(Principal principal, ProtocolVersion version, int from) {
        var place = new Place(visibleTo(principal), version, from);
        var known = pages.getIfPresent(place);
        if (known != null) {
            return known;
        }
        var page = write(place);
        pages.put(place, page);
        return page;
    }

    private BitSet visibleTo(Principal principal) {
        var known = visible.getIfPresent(principal);
        if (known != null) {
            return known;
        }
        var decided = new BitSet(roster.all().size());
        for (int i = 0; i < roster.all().size(); i++) {
            decided.set(i, !(policy.decide(principal, roster.all().get(i).action()) instanceof Decision.Deny));
        }
        visible.put(principal, decided);
        return decided;
    }

    private Page write(Place place) {
        var written = forms(place.version());
        try (var out = JsonWriter.take()) {
            int count = 0;
            int last = -1;
            for (int i = place.visible().nextSetBit(place.from());
                    i >= 0;
                    i = place.visible().nextSetBit(i + 1)) {
                if (count == pageSize) {
                    return new Page(new KeptJson(out), last);
                }
                out.copy(written.get(i));
                count++;
                last = i;
            }
            return new Page(new KeptJson(out), -1);
        }
    }
}
