package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Principal;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Change;
import dev.portcullis.mcp.session.Notice;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Carries changes of the catalog to all who asked. Whoever announces one only leaves it here; a thread that lives as long as there is something to tell takes them in turn,
 * and what is announced again before its turn is told once.
 */
final class ChangeFeed {
    private static final System.Logger LOG = System.getLogger(ChangeFeed.class.getName());

    /** Changes that wait: of as many different resources. */
    private static final int WAITING_MAX = 10_000;

    private final Catalog catalog;
    private final Policy policy;
    private final Sessions sessions;
    private final Telemetry telemetry;
    private final Set<Listening> listenings = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    // guarded by this
    private final SequencedSet<Change> waiting = new LinkedHashSet<>();
    private boolean telling;

    ChangeFeed(Catalog catalog, Policy policy, Sessions sessions, Telemetry telemetry) {
        this.catalog = catalog;
        this.policy = policy;
        this.sessions = sessions;
        this.telemetry = telemetry;
        catalog.changes().listen(this::announced);
    }

    private void announced(Change change) {
        synchronized (this) {
            if (waiting.size() >= WAITING_MAX) {
                telemetry.refused(Outcome.CHANGE_DROPPED);
                return;
            }
            waiting.add(change);
            if (telling) {
                return;
            }
            telling = true;
        }
        Thread.ofVirtual().name("changes").start(this::tellAll);
    }

    private void tellAll() {
        for (var change = next(); change != null; change = next()) {
            try {
                tell(change);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "could not tell of " + change, e);
            }
        }
    }

    private synchronized @Nullable Change next() {
        telling = !waiting.isEmpty();
        return telling ? waiting.removeFirst() : null;
    }

    private void tell(Change change) {
        for (var listening : listenings) {
            if (listening.wants(change) && mayHear(listening.principal(), change)) {
                listening.tell(change);
            }
        }
        try (var out = JsonWriter.take()) {
            ChangeText.begin(out, change);
            JsonRpcEncoder.end(out);
            String uri = change instanceof Change.ResourceUpdated(String updated) ? updated : null;
            sessions.tell(
                    new Notice(uri, ChangeText.key(change), out.toBytes(), principal -> mayHear(principal, change)));
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
