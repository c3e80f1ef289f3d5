/** The two discovery documents (RFC 9728, RFC 8414), made once from the settings. Immutable; any thread. */
@NullMarked
package dev.portcullis.oauth.metadata;

import org.jspecify.annotations.NullMarked;
