package dev.portcullis.identity;

/** How we show the identity provider's token endpoint who we are (OpenID Connect Core §9). */
public enum ClientAuthentication {
    /** What the provider's metadata offers, {@link #BASIC} first; {@link #BASIC} if it does not say, {@link #NONE} without a secret. */
    AUTOMATIC,
    /** {@code client_secret_basic}. */
    BASIC,
    /** {@code client_secret_post}. */
    POST,
    /** {@code none}: PKCE alone. */
    NONE
}
