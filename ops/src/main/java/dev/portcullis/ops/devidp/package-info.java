/**
 * The local stand-in for Cloudflare Access: an OpenID provider where anybody may be anybody, for the first minutes with the server and for tests. Start at
 * {@link DevIdentityProvider}. It listens on loopback only and has Access's URL shapes and claims. Requests run on virtual threads.
 */
@NullMarked
package dev.portcullis.ops.devidp;

import org.jspecify.annotations.NullMarked;
