package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about a head, for the next requests with the same one, which most of a connection's have. It follows from the head alone, so that it holds for all of them; what did
 * not hold is not noted, and is found out again. Event loop only.
 */
final class HeadNote {
    final MediaTypes accepted;

    /** To which session its messages belong; null if nobody has asked, or to none. */
    Era.@Nullable InSession inSession;

    /** What the headers say that repeat the body (H-50), each found there once; null if that is not known. */
    @Nullable
    String version;

    @Nullable
    String method;

    @Nullable
    String name;

    HeadNote(MediaTypes accepted) {
        this.accepted = accepted;
    }

    /** @return null if nothing was noted yet */
    static @Nullable HeadNote of(RequestHead head) {
        return head.note() instanceof HeadNote note ? note : null;
    }
}
