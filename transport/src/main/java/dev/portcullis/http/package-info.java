/** One HTTP exchange: head, gates, body, endpoint, reply. Handlers run on the event loop of their channel. Start at {@link Endpoint}. */
@NullMarked
package dev.portcullis.http;

import org.jspecify.annotations.NullMarked;
