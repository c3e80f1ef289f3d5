package dev.portcullis.http;

import dev.portcullis.identity.Principal;
import org.jspecify.annotations.Nullable;

/**
 * One question about a request's head, before anything of its body is read. Gates are asked in the order in which they are given to {@link GateHandler}; one
 * instance serves all connections.
 */
public interface Gate {
    /**
     * Called on the event loop; must not block.
     *
     * @param route the route of the path; null if there is none, which only {@link RouteGate} answers
     */
    Verdict check(RequestHead head, @Nullable Route route);

    /**
     * The same, for a gate that needs to know who calls.
     *
     * @param caller as gates before it have said; {@link Principal#ANONYMOUS} if none has
     */
    default Verdict check(RequestHead head, @Nullable Route route, Principal caller) {
        return check(head, route);
    }

    /** Whether the verdict follows from the head alone, for ever: then a head that has passed is not asked about again on its connection. */
    default boolean judgesHeadAlone() {
        return false;
    }
}
