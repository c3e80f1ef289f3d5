/** Server-sent events (WHATWG HTML §9.2): encoding, and a bounded, kept-alive stream. */
@NullMarked
package dev.portcullis.sse;

import org.jspecify.annotations.NullMarked;
