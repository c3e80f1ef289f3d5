package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.RefreshToken;
import java.util.List;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens and refresh tokens as they are made: the text, which goes to the client and is forgotten, and the record, which is kept.
 */
final class Minted {
    private Minted() {}

    /**
     * A new access token. It ends with its grant at the latest (O-98), which is the bound of O-145 too.
     *
     * @throws OAuthException INVALID_GRANT: the grant has no second left
     */
    static Access access(
            Grant grant,
            SecretKey grantKey,
            Scopes scopes,
            List<String> resources,
            OAuthSettings.Lives lives,
            long nowSeconds) {
        return access(grant, grantKey, scopes, resources, lives.access(), nowSeconds);
    }

    /**
     * The same, of another life.
     *
     * @param lifeSecondsMax its life, unless its grant ends before
     */
    static Access access(
            Grant grant,
            SecretKey grantKey,
            Scopes scopes,
            List<String> resources,
            int lifeSecondsMax,
            long nowSeconds) {
        int lifeSeconds = (int) Math.min(lifeSecondsMax, grant.endsAt() - nowSeconds);
        if (lifeSeconds <= 0) {
            throw new OAuthException(OAuthError.INVALID_GRANT, "the grant has ended");
        }
        String text = TokenFormat.newToken(Kind.ACCESS, grant.id());
        var token = new AccessToken(
                TokenHash.of(text),
                grant.id(),
                scopes,
                resources,
                GrantCipher.wrap(grantKey, text),
                nowSeconds + lifeSeconds,
                null,
                null,
                nowSeconds);
        return new Access(text, token, lifeSeconds);
    }

    /** The record of a refresh token: lives from now, ends with its grant at the latest (O-98). */
    static RefreshToken refresh(
            String text, int generation, Grant grant, SecretKey grantKey, OAuthSettings.Lives lives, long nowSeconds) {
        return new RefreshToken(
                TokenHash.of(text),
                grant.id(),
                generation,
                GrantCipher.wrap(grantKey, text),
                Math.min(nowSeconds + lives.refresh(), grant.endsAt()),
                0);
    }

    /** @param lifeSeconds from now */
    record Access(String text, AccessToken token, int lifeSeconds) {
        /** The same, ending at that time at the latest. */
        Access endingBy(long endsAt, long nowSeconds) {
            if (token.expiresAt() <= endsAt) {
                return this;
            }
            return new Access(text, token.endingAt(endsAt), (int) (endsAt - nowSeconds));
        }

        /** The same for whoever holds that key (RFC 9449 §5); null: for its bearer. */
        Access heldBy(@Nullable TokenHash thumbprint) {
            return new Access(text, token.heldBy(thumbprint), lifeSeconds);
        }

        /** The same for another client than the grant's (RFC 8693). */
        Access issuedTo(String clientId) {
            return new Access(text, token.issuedTo(clientId), lifeSeconds);
        }

        /** @param refreshToken null if the client gets none */
        TokenResponse toResponse(@Nullable String refreshToken) {
            return new TokenResponse(
                    text, lifeSeconds, refreshToken, token.scopes(), token.resources(), token.boundTo() != null, null);
        }
    }
}
