package dev.portcullis.oauth.token;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request to the token endpoint or a neighbour of it, as it came.
 *
 * @param form decoded parameters of the body, each name with its values in order
 * @param authorization all values of the Authorization header
 * @param dpop all values of the DPoP header (RFC 9449 §4.1)
 * @param peer address it came from; null if that is not known
 */
public record ClientRequest(
        Map<String, List<String>> form,
        List<String> authorization,
        List<String> dpop,
        @Nullable InetAddress peer) {
    public ClientRequest {
        authorization = List.copyOf(authorization);
        dpop = List.copyOf(dpop);
    }

    /** A request from nowhere. */
    public ClientRequest(Map<String, List<String>> form, List<String> authorization, List<String> dpop) {
        this(form, authorization, dpop, null);
    }

    /** A request without a proof of possession. */
    public static ClientRequest of(Map<String, List<String>> form, List<String> authorization) {
        return new ClientRequest(form, authorization, List.of());
    }

    /** Secrets are not shown. */
    @Override
    public String toString() {
        return "ClientRequest[…]";
    }
}
