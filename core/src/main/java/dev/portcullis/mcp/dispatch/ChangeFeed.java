package dev.portcullis.mcp.dispatch;

import dev.portcullis.cluster.Bus;
import dev.portcullis.identity.Principal;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Change;
import dev.portcullis.mcp.session.Notice;
import dev.portcullis.mcp.session.NoticeSource;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Carries changes of the catalog to all who asked, on whichever node they are. Neither whoever announces a change nor the bus waits for what follows from it.
 *
 * <pre>
 * announced ──▶ unsaid ── said to all nodes ──▶ heard, by each ──▶ told to who listens there, and to sessions
 *     │            └───── the bus fails ───────────▲ here; the others hear it when the bus can again
 *     └── there is no other node ──────────────────▲
 * </pre>
 */
final class ChangeFeed implements NoticeSource {
    private final Catalog catalog;
    private final Offers offers;
    private final Policy policy;
    private final Sessions sessions;
    private final Bus bus;
    private final Telemetry telemetry;
    private final Set<Listening> listenings = ConcurrentHashMap.newKeySet();
    private final ChangeQueue unsaid = new ChangeQueue((change, _) -> say(change));
    private final ChangeQueue heard = new ChangeQueue(this::tell);
    private final AtomicBoolean missed = new AtomicBoolean();
    private volatile boolean stopped;

    ChangeFeed(Catalog catalog, Offers offers, Policy policy, Sessions sessions, Bus bus, Telemetry telemetry) {
        this.catalog = catalog;
        this.offers = offers;
        this.policy = policy;
        this.sessions = sessions;
        this.bus = bus;
        this.telemetry = telemetry;
        sessions.readNoticesBy(this);
        bus.listen(TOPIC, new Bus.Listener() {
            @Override
            public void heard(Bus.Words words) {
                ChangeFeed.this.heard(words);
            }

            @Override
            public void missed() {
                ChangeFeed.this.missed();
            }
        });
        catalog.changes().listen(this::announced);
    }

    private void announced(Change change) {
        if (bus.isAlone()) {
            hear(change, "");
        } else if (!unsaid.add(change, "")) {
            telemetry.refused(Outcome.CHANGE_DROPPED);
        }
    }

    private void say(Change change) {
        byte[] words = ChangeText.key(change).getBytes(StandardCharsets.UTF_8);
        try {
            bus.tellAll(TOPIC, words);
        } catch (StoreException e) {
            sayLater(change);
            unsaid.takeAll()
                    .forEach(this::sayLater); // not one after the other, each for as long as the bus takes to fail
        }
    }

    /** Nobody here waits for the others. */
    private void sayLater(Change change) {
        hear(change, "");
        if (!bus.postAll(TOPIC, ChangeText.key(change).getBytes(StandardCharsets.UTF_8))) {
            telemetry.refused(Outcome.CHANGE_DROPPED);
        }
    }

    private void heard(Bus.Words words) {
        var change = change(words);
        if (change != null) {
            hear(change, words.place());
        }
    }

    private static @Nullable Change change(Bus.Words words) {
        return ChangeText.parse(new String(words.bytes(), StandardCharsets.UTF_8));
    }

    private void hear(Change change, String place) {
        if (!heard.add(change, place)) {
            telemetry.refused(Outcome.CHANGE_DROPPED);
        }
    }

    private void tell(Change change, String place) {
        for (var listening : listenings) {
            tell(listening, change);
        }
        sessions.tell(notice(change, place));
    }

    private void tell(Listening listening, Change change) {
        if (listening.wants(change) && mayHear(listening.principal(), change)) {
            listening.tell(change);
        }
    }

    private Notice notice(Change change, String place) {
        try (var out = JsonWriter.take()) {
            ChangeText.begin(out, change);
            JsonRpcEncoder.end(out);
            String uri = change instanceof Change.ResourceUpdated(String updated) ? updated : null;
            return new Notice(
                    uri, ChangeText.key(change), out.toBytes(), principal -> mayHear(principal, change), place);
        }
    }

    @Override
    public @Nullable Notice read(Bus.Words words) {
        var change = change(words);
        return change == null ? null : notice(change, words.place());
    }

    @Override
    public List<Notice> everything(Collection<String> uris) {
        return everythingOf(uris).stream().map(change -> notice(change, "")).toList();
    }

    private List<Change> everythingOf(Collection<String> uris) {
        List<Change> all = new ArrayList<>();
        var offer = offers.now();
        if (offer.tools()) {
            all.add(new Change.ToolList());
        }
        if (offer.prompts()) {
            all.add(new Change.PromptList());
        }
        if (offer.resources()) {
            all.add(new Change.ResourceList());
        }
        uris.forEach(uri -> all.add(new Change.ResourceUpdated(uri)));
        return all;
    }

    /** Whatever somebody here listens to may have changed. Sessions are told by their store, which knows what they have read. */
    private void missed() {
        if (missed.compareAndSet(false, true)) {
            Thread.ofVirtual().name("changes missed").start(this::tellEverything);
        }
    }

    private void tellEverything() {
        missed.set(false);
        for (var listening : listenings) {
            everythingOf(listening.uris()).forEach(change -> tell(listening, change));
        }
    }

    private boolean mayHear(Principal principal, Change change) {
        return !(change instanceof Change.ResourceUpdated(String uri)) || mayRead(principal, uri);
    }

    /** @return whether there is such a resource, and this person may read it: asked when they subscribe and whenever there is something to tell (T-41) */
    boolean mayRead(Principal principal, String uri) {
        var match = catalog.resources().match(uri);
        return match != null && policy.decide(principal, match.action()) instanceof Decision.Allow;
    }

    void add(Listening listening) {
        listenings.add(listening);
    }

    void remove(Listening listening) {
        listenings.remove(listening);
    }

    /** Ends all that listen, each with its result (H-79). */
    void stop() {
        stopped = true;
        listenings.forEach(Listening::end);
    }

    boolean isStopped() {
        return stopped;
    }

    int listenings() {
        return listenings.size();
    }
}
