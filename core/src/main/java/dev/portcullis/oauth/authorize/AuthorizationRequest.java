package dev.portcullis.oauth.authorize;

import dev.portcullis.identity.Scopes;
import dev.portcullis.store.RegisteredClient;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An authorization request that has passed every check of O §4.1.
 *
 * @param client who asks
 * @param redirectUri where the answer goes, exactly as requested (O-52)
 * @param state the client's, opaque, echoed as it is (O-31); null if none was sent
 * @param codeChallenge S256 challenge (RFC 7636 §4.2)
 * @param resources at least one of our resources, exact strings
 * @param scopes what is asked for, of the scopes that exist
 * @param prompt what the client wants the person to see
 * @param dpopKey thumbprint of the key that alone may redeem the code ({@code dpop_jkt}, RFC 9449 §10); null if none was named
 */
record AuthorizationRequest(
        RegisteredClient client,
        String redirectUri,
        @Nullable String state,
        String codeChallenge,
        List<String> resources,
        Scopes scopes,
        Prompt prompt,
        @Nullable String dpopKey) {
    AuthorizationRequest {
        resources = List.copyOf(resources);
    }

    /** {@code prompt} (OpenID Connect Core §3.1.2.1), as far as it changes anything here. */
    enum Prompt {
        /** Nothing was asked for. */
        DEFAULT,
        /** Show nothing at all. */
        NONE,
        /** Show the consent page, whatever is remembered. */
        CONSENT,
        /** Show the consent page, and have the identity provider sign the person in anew. */
        LOGIN
    }
}
