package dev.portcullis.oauth.client;

import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.store.RegisteredClient.ClientKeys;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What we keep of a client's metadata (RFC 7591 §2), validated, wherever it came from.
 *
 * @param name cleaned; null if none was given or nothing of it can be shown
 * @param redirectUris exact strings, at least one
 * @param authMethod what the client will use, and what we hold it to
 * @param grantTypes of {@link #GRANT_TYPES}, never empty
 * @param keys null unless it authenticates by {@link AuthMethod#PRIVATE_KEY_JWT}
 */
record ClientMetadata(
        @Nullable String name,
        List<String> redirectUris,
        AuthMethod authMethod,
        List<String> grantTypes,
        @Nullable ClientKeys keys) {
    static final String AUTHORIZATION_CODE = "authorization_code";
    static final String REFRESH_TOKEN = "refresh_token";

    /** What a client can register for by itself: grants without a person are the operator's to allow (O-165, O-175). Sealed ids hold positions in this list: append, never reorder. */
    static final List<String> GRANT_TYPES = List.of(AUTHORIZATION_CODE, REFRESH_TOKEN);

    ClientMetadata {
        redirectUris = List.copyOf(redirectUris);
        grantTypes = List.copyOf(grantTypes);
    }
}
