/**
 * The token endpoint's decisions (exchange, refresh, revoke; O §5) and the check of access tokens that runs with each request (O §3). Start at
 * {@link dev.portcullis.oauth.token.TokenService} and {@link dev.portcullis.oauth.token.AccessTokenVerifier}. All of it blocks on the store and runs on virtual
 * threads, but for {@link dev.portcullis.oauth.token.AccessTokenVerifier#peek}, which event loops call.
 */
@NullMarked
package dev.portcullis.oauth.token;

import org.jspecify.annotations.NullMarked;
