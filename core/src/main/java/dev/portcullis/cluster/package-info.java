/**
 * What processes that serve together say to each other: start at {@link Bus}. A server that is alone has {@link LocalBus}. Nothing here knows how words travel.
 */
@NullMarked
package dev.portcullis.cluster;

import org.jspecify.annotations.NullMarked;
