/**
 * OAuth clients: how they are known (from the settings, by a document at their id, by registering themselves, which stores nothing) and how they prove themselves.
 * Start at {@link Clients}, {@link ClientRegistration} and {@link ClientAuthenticator}. Any thread that may block.
 */
@NullMarked
package dev.portcullis.oauth.client;

import org.jspecify.annotations.NullMarked;
