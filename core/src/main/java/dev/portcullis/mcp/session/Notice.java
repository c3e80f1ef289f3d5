package dev.portcullis.mcp.session;

import dev.portcullis.identity.Principal;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Something to tell sessions on their standalone streams (H-120).
 *
 * @param uri to those that follow this resource; null for all that have such a stream
 * @param key a later notice of the same key makes this one needless
 * @param message one JSON text, UTF-8; not to be changed
 * @param may who may hear it, asked for each (T-41)
 * @param place among the words that were said to all nodes, as {@link dev.portcullis.cluster.Bus.Words#place} gives it; empty if it was said to this one only
 */
public record Notice(@Nullable String uri, String key, byte[] message, Predicate<Principal> may, String place) {
    /** Said to this node only. */
    public Notice(@Nullable String uri, String key, byte[] message, Predicate<Principal> may) {
        this(uri, key, message, may, "");
    }
}
