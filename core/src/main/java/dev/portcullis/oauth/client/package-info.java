/** OAuth clients: dynamic registration (RFC 7591) that stores nothing, finding a client, and its authentication. Start at {@link ClientRegistration} and {@link Clients}. Any thread that may block. */
@NullMarked
package dev.portcullis.oauth.client;

import org.jspecify.annotations.NullMarked;
