/** Server-sent events (WHATWG HTML §9.2): encoding, and a bounded, kept-alive stream. Start at {@link SseStream}; any thread may send, the event loop writes. */
@NullMarked
package dev.portcullis.sse;

import org.jspecify.annotations.NullMarked;
