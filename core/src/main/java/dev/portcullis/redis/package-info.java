/**
 * Everything that is said to Redis goes through here: start at {@link Redis}. Standalone servers, those behind Sentinel and clusters look alike to whoever uses it. Nothing here
 * knows what is stored.
 */
@NullMarked
package dev.portcullis.redis;

import org.jspecify.annotations.NullMarked;
