package dev.portcullis.mcp.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.model.LogLevel;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens, finds and ends sessions.
 *
 * <pre>
 * open ──▶ live ── end, or rest of what is remembered ──▶ ended      found by nobody: unknown, someone else's, expired and ended look alike (H-103)
 *            └── lifeSeconds ──▶ expired
 * </pre>
 */
public final class Sessions {
    private final SessionId ids;
    private final SessionStore store;
    private final SessionLimits limits;
    private final InstantSource clock;

    /** Sessions by id, so that most requests need no decryption. May forget at any time. */
    private final Cache<String, Session> opened;

    public Sessions(MasterKey key, SessionStore store, SessionLimits limits, InstantSource clock) {
        this.ids = new SessionId(key);
        this.store = store;
        this.limits = limits;
        this.clock = clock;
        this.opened = Caffeine.newBuilder()
                .maximumSize(limits.openedMax())
                .executor(Runnable::run)
                .build();
    }

    public Session open(ProtocolVersion version, ClientCapabilities capabilities, Principal principal) {
        long expiresAtSeconds = nowSeconds() + limits.lifeSeconds();
        var session = ids.create(version, capabilities, expiresAtSeconds, Session.Owner.of(principal));
        store.opened(session);
        return session;
    }

    /** See {@link SessionStore#blocks}. */
    public boolean block() {
        return store.blocks();
    }

    /** @return the session of this id and caller, if this node is to {@link #learn} about it before it can serve it; null if it can, or will find no such session. Does not block */
    public @Nullable Session unknown(String id, Principal principal) {
        var session = read(id, principal);
        return session == null || store.knows(session) ? null : session;
    }

    /**
     * Learns what is known of a session. Blocks.
     *
     * @throws dev.portcullis.store.StoreException it cannot be learnt now
     */
    public void learn(Session session) {
        store.learn(session);
    }

    /**
     * @param known what the id was found to say before
     * @return what it says, whether or not the session has ended; null if it is not this caller's, or has expired
     */
    private @Nullable Session open(@Nullable Session known, String id, Principal principal) {
        if (known != null && !known.owner().is(principal)) {
            return null;
        }
        var session = known != null ? known : ids.open(id, Session.Owner.of(principal));
        return session == null || session.expiresAtSeconds() <= nowSeconds() ? null : session;
    }

    /** @return the live session of this id, if it is this caller's; else null, whatever the reason */
    public @Nullable Session find(String id, Principal principal) {
        var known = opened.getIfPresent(id);
        var session = open(known, id, principal);
        if (session == null || !store.use(session)) {
            return null;
        }
        if (known == null) {
            session = store.held(session);
            opened.put(session.id(), session);
        }
        return session;
    }

    /** Ends a session and its stream (H-105). */
    public void end(Session session) {
        store.end(session);
        opened.invalidate(session.id());
    }

    public SessionLimits limits() {
        return limits;
    }

    /** See {@link SessionStore#openStream}. */
    public @Nullable SessionStream openStream(Session session, Scopes scopes, List<JsonRpcId> requests) {
        return store.openStream(session, scopes, requests);
    }

    /** See {@link SessionStore#attach}. */
    public Attachment attach(Session session, Principal principal, @Nullable String lastEventId) {
        return store.attach(session, principal, lastEventId);
    }

    /** See {@link SessionStore#hearAs}. */
    public void hearAs(Session session, @Nullable Principal principal) {
        store.hearAs(session, principal);
    }

    /** See {@link SessionStore#readNoticesBy}. */
    public void readNoticesBy(NoticeSource source) {
        store.readNoticesBy(source);
    }

    /** See {@link SessionStore#tell}. */
    public void tell(Notice notice) {
        store.tell(notice);
    }

    /** See {@link SessionStore#takePlace}. */
    public @Nullable Runnable takePlace(Principal principal) {
        return store.takePlace(principal);
    }

    /** See {@link SessionStore#sweep}. */
    public void sweep() {
        store.sweep();
        long nowSeconds = nowSeconds();
        opened.asMap().values().removeIf(session -> session.expiresAtSeconds() <= nowSeconds);
    }

    /** See {@link SessionStore#setLogLevel}. */
    public boolean setLogLevel(Session session, LogLevel level) {
        return store.setLogLevel(session, level);
    }

    /** See {@link SessionStore#logLevel}. */
    public LogLevel logLevel(Session session) {
        return store.logLevel(session);
    }

    /** See {@link SessionStore#subscribe}. */
    public boolean subscribe(Session session, Principal principal, String uri) {
        return store.subscribe(session, principal, uri);
    }

    /** See {@link SessionStore#unsubscribe}. */
    public void unsubscribe(Session session, String uri) {
        store.unsubscribe(session, uri);
    }

    /** See {@link SessionStore#connections}. */
    public @Nullable SharedConnections connections() {
        return store.connections();
    }

    /**
     * What an id says, without a use of the session.
     *
     * @return null if it is not this caller's, or has expired
     */
    public @Nullable Session read(String id, Principal principal) {
        return open(opened.getIfPresent(id), id, principal);
    }

    /** See {@link SessionStore#endStreams}. */
    public void endStreams() {
        store.endStreams();
    }

    private long nowSeconds() {
        return clock.millis() / 1_000;
    }
}
