package dev.portcullis.oauth.browser;

import org.jspecify.annotations.Nullable;

/**
 * What the identity provider sent the browser back with (RFC 6749 §4.1.2, RFC 9207). Each is null if absent.
 *
 * @param state ours
 * @param code the provider's
 * @param error the provider's; never shown to anybody
 * @param iss the provider's issuer
 */
public record Callback(
        @Nullable String state,
        @Nullable String code,
        @Nullable String error,
        @Nullable String iss) {
    /** Names no secret (T-94). */
    @Override
    public String toString() {
        return "Callback[code=" + (code != null) + ", error=" + (error != null) + "]";
    }
}
