/**
 * Who somebody is: what an identity provider said ({@link Identity}) and who calls us ({@link Principal}). The way through an OpenID Connect sign-in starts at
 * {@link OidcProvider}; what makes an ID token believable is read in {@link IdTokenVerifier}. Blocking calls run on virtual threads.
 */
@NullMarked
package dev.portcullis.identity;

import org.jspecify.annotations.NullMarked;
