/**
 * What sign-ins through a browser have in common, whatever they are for: what the browser holds for us, the trip to the identity provider and back, and why somebody meets
 * a page instead of going on. Start at {@link dev.portcullis.oauth.browser.ProviderTrips}. Knows no HTTP; trips block on the store and the identity provider.
 */
@NullMarked
package dev.portcullis.oauth.browser;

import org.jspecify.annotations.NullMarked;
