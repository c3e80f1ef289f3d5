package dev.portcullis.endpoint.mcp;

import dev.portcullis.mcp.revision.Revision;

/** When a stream begins with an event that holds nothing but an id, in revisions that know of it; some clients of those choke on it all the same (H-124). */
public enum Priming {
    /** When its client is to come back, or its call takes long. */
    AUTO,
    NEVER,
    ALWAYS;

    /** @return whether clients of this revision may be sent such an event */
    boolean isFor(Revision revision) {
        return this != NEVER && revision.primesStreams();
    }

    /** @return whether they are sent one with every stream */
    boolean isAlwaysFor(Revision revision) {
        return this == ALWAYS && revision.primesStreams();
    }
}
