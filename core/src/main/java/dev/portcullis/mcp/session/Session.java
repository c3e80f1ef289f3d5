package dev.portcullis.mcp.session;

import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.ClientCapabilities;

/**
 * A session, bound to a person acting through a client, not to a token (H-103): it outlives a refresh.
 *
 * @param id what the client sends in {@code Mcp-Session-Id}
 * @param key 128 random bits: what stores know it by, so that no store holds a usable id
 * @param version the negotiated revision
 * @param clientCapabilities what the client declared
 * @param expiresAtSeconds Unix time in seconds
 * @param owner who opened it
 */
public record Session(
        String id,
        String key,
        ProtocolVersion version,
        ClientCapabilities clientCapabilities,
        long expiresAtSeconds,
        Owner owner) {
    /** Who may use a session. */
    public record Owner(String issuer, String subject, String clientId) {
        public static Owner of(Principal principal) {
            return new Owner(principal.identity().issuer(), principal.identity().subject(), principal.clientId());
        }

        boolean is(Principal principal) {
            return issuer.equals(principal.identity().issuer())
                    && subject.equals(principal.identity().subject())
                    && clientId.equals(principal.clientId());
        }
    }

    @Override
    public String toString() {
        return "Session[" + version + "]"; // an id is not for logs
    }
}
