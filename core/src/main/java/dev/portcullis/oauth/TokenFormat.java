package dev.portcullis.oauth;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.Randoms;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What our tokens look like (O-105): {@code <kind>.<grantId>.<secret>}, kind of five letters, grant id of 128 and secret of 256 random bits, both base64url. They
 * carry no data; a recognisable kind helps whoever scans for leaked secrets.
 */
public final class TokenFormat {
    private static final int GRANT_ID_CHARS = 22;
    private static final int SECRET_CHARS = 43;
    private static final int GRANT_ID_AT = 6;
    private static final int SECRET_AT = GRANT_ID_AT + GRANT_ID_CHARS + 1;

    /** Characters in any token. */
    public static final int LENGTH = SECRET_AT + SECRET_CHARS;

    /** What a token is for. */
    public enum Kind {
        ACCESS("mcpat"),
        REFRESH("mcprt"),
        CODE("mcpac");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }
    }

    private TokenFormat() {}

    /** @return 128 random bits, base64url */
    public static String newGrantId() {
        return Randoms.base64Url(16);
    }

    /** @return a new token with a random secret */
    public static String newToken(Kind kind, String grantId) {
        return kind.prefix + '.' + grantId + '.' + Randoms.base64Url(32);
    }

    /**
     * The one successor of a refresh token (O-95): its secret is a keyed hash of the presented token, so that a retry, on any node, makes the same though only
     * hashes are stored.
     *
     * @param presented a refresh token that {@link #isWellFormed}
     * @param key derived from the master key for this purpose alone
     */
    public static String successorOf(String presented, KeyedHash key) {
        return successorsOf(presented, key).getFirst();
    }

    /** @return {@link #successorOf}, then what it was under each master key that is being replaced (O-180): a family may have gone on with one of these */
    public static List<String> successorsOf(String presented, KeyedHash key) {
        return key.allOf(presented.getBytes(StandardCharsets.UTF_8)).stream()
                .map(secret -> presented.substring(0, SECRET_AT) + Base64Url.encode(secret))
                .toList();
    }

    /** Whether this could be a token of ours, of this kind: length, prefix, alphabet. Costs no look-up (T-75). */
    public static boolean isWellFormed(Kind kind, @Nullable String token) {
        if (token == null || token.length() != LENGTH || !token.startsWith(kind.prefix)) {
            return false;
        }
        for (int i = kind.prefix.length(); i < LENGTH; i++) {
            boolean separator = i == GRANT_ID_AT - 1 || i == SECRET_AT - 1;
            if (separator ? token.charAt(i) != '.' : !Base64Url.isLetter(token.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** @return the id of the grant that a token says it is of; the token {@link #isWellFormed}, which proves nothing */
    public static String grantIdOf(String token) {
        return token.substring(GRANT_ID_AT, SECRET_AT - 1);
    }
}
