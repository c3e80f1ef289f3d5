/**
 * From an authorization request to a code at the client: the request's checks, the person's consent, the trip to the identity provider and back (O §4). Start at
 * {@link dev.portcullis.oauth.authorize.AuthorizationFlow} and its state diagram. Knows no HTTP; blocks on the store and the identity provider, so it runs on virtual threads.
 */
@NullMarked
package dev.portcullis.oauth.authorize;

import org.jspecify.annotations.NullMarked;
