/** OAuth clients: dynamic registration (RFC 7591) that stores nothing, finding a client, and its authentication. */
@NullMarked
package dev.portcullis.oauth.client;

import org.jspecify.annotations.NullMarked;
