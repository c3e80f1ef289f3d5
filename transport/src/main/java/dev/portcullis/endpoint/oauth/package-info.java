/**
 * The HTTP side of the authorization server, one class per endpoint. Endpoints read on the event loop, let core decide on a virtual thread, and answer. Start at
 * {@link dev.portcullis.endpoint.oauth.OAuthRoutes}.
 */
@NullMarked
package dev.portcullis.endpoint.oauth;

import org.jspecify.annotations.NullMarked;
