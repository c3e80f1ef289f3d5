package dev.portcullis.endpoint.mcp;

import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.SessionStream;
import dev.portcullis.mcp.session.Sessions;
import org.jspecify.annotations.Nullable;

/**
 * What an answer in a session needs, so that its client can come back for the rest of it (H-115).
 *
 * @param revision whether streams may be primed
 * @param priming when they are
 */
record Resumption(Sessions sessions, Session session, Revision revision, Priming priming) {
    /** @return null if too much is kept */
    @Nullable
    SessionStream openStream() {
        return sessions.openStream(session);
    }

    /** @return whether a client knows to come back to a stream that has not told it anything yet */
    boolean primes() {
        return revision.primesStreams() && priming != Priming.NEVER;
    }

    /**
     * @param least what the setting must be at least
     * @return whether a stream begins with an id
     */
    boolean primes(Priming least) {
        return primes() && (priming == Priming.ALWAYS || least == Priming.AUTO);
    }
}
