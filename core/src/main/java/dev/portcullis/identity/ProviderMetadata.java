package dev.portcullis.identity;

import org.jspecify.annotations.Nullable;

/**
 * What the provider's metadata says that we use (OpenID Connect Discovery §3).
 *
 * @param endpoints where it is
 * @param promisesIssuer whether every callback will carry {@code iss} (RFC 9207 §3)
 * @param clientAuthentication what its token endpoint takes: BASIC or POST; null if it does not say or takes neither
 */
record ProviderMetadata(
        OidcSettings.Endpoints endpoints,
        boolean promisesIssuer,
        @Nullable ClientAuthentication clientAuthentication) {}
