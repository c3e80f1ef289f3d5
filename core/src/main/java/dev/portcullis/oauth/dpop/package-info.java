/**
 * Proof that a client holds the key its tokens are bound to (RFC 9449; O-160). Start at {@link dev.portcullis.oauth.dpop.DpopProofs}: the token endpoint and the
 * resource both ask it. Any thread that may block: a proof's id is spent in the store.
 */
@NullMarked
package dev.portcullis.oauth.dpop;

import org.jspecify.annotations.NullMarked;
