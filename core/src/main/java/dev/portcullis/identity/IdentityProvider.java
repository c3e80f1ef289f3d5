package dev.portcullis.identity;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Signs people in: we are its OAuth client (O-140…O-148). */
public interface IdentityProvider {
    /**
     * Where to send the browser (O-142). Blocks while discovery is still needed.
     *
     * @throws IdentityException UNAVAILABLE: its metadata cannot be had
     */
    URI authorizationUri(AuthorizationStart start) throws IdentityException;

    /**
     * Redeems the code that came back and checks the ID token whole (O-143, O-144). Blocks on the network.
     *
     * @param code {@code code} of the callback
     * @param codeVerifier the one whose challenge was sent
     * @param nonce the one that was sent
     * @throws IdentityException REFUSED, INVALID or UNAVAILABLE; nobody is signed in
     */
    SignIn signIn(String code, String codeVerifier, String nonce) throws IdentityException;

    /**
     * Asks again whether a person may, with the refresh token that came with the sign-in (O-145; OpenID Connect Core §12.2). Blocks on the network.
     *
     * @param known who they are; the same issuer and subject come back, with what is said of them now
     * @return the refresh token to use next time: a new one, or the same
     * @throws IdentityException REFUSED: they may not any more; INVALID: an answer that does not hold, or our own credentials were refused, both of which say nothing
     *     about the person; UNAVAILABLE. {@link IdentityException#nextRefreshToken} is to be kept all the same
     */
    SignIn refresh(String refreshToken, Identity known) throws IdentityException;

    /**
     * Whether the {@code iss} of a callback names this provider (RFC 9207); absent is fine unless the provider's metadata promises it.
     *
     * @param iss the callback's parameter, or null
     */
    boolean isIssuerOfCallback(@Nullable String iss);

    /**
     * What makes one trip to the provider one trip.
     *
     * @param state opaque, at least 128 random bits
     * @param nonce opaque, at least 128 random bits
     * @param codeVerifier PKCE verifier (RFC 7636 §4.1); its S256 challenge is sent
     * @param forceLogin ask the provider to sign in anew ({@code prompt=login})
     */
    record AuthorizationStart(String state, String nonce, String codeVerifier, boolean forceLogin) {}

    /**
     * A finished sign-in.
     *
     * @param refreshToken the provider's, to be sealed into the grant; null if it gave none
     */
    record SignIn(Identity identity, @Nullable String refreshToken) {}
}
