package dev.portcullis.fetch;

/** Who named the address of a request. It decides what the {@link AddressGuard} demands. */
public enum Destination {
    /**
     * The operator did, in the settings (the identity provider and the endpoints its metadata names). Company identity providers live in private networks, so
     * any address goes; {@code http} only to this machine, and only if the name resolves to loopback addresses alone.
     */
    CONFIGURED,
    /** A stranger did ({@code client_id} as a URL, {@code jwks_uri}): https to public addresses only (O-123). */
    STRANGER
}
