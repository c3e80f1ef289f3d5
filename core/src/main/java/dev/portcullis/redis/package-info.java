/**
 * Everything that is said to Redis goes through here: start at {@link Redis}. Standalone servers, those behind Sentinel and clusters look alike to whoever uses it. {@link MasterFinder}
 * knows who the masters are, {@link MasterLink} whether one of them is there, {@link RedisBus} carries words between nodes. Nothing here knows what is stored.
 *
 * <p>Calls block the caller, for a bounded time; threads of its own are virtual, but for one that reads the bus and two that Redis's client has for its sockets.
 */
@NullMarked
package dev.portcullis.redis;

import org.jspecify.annotations.NullMarked;
