package dev.portcullis.oauth.token;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.TokenHash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Pattern;

/** PKCE with S256, the only method there is (RFC 7636 §4.6; O-30). */
final class CodeVerifiers {
    private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z0-9._~-]{43,128}");

    private CodeVerifiers() {}

    /** Whether this is the verifier of the challenge; compares in constant time (T-76). */
    static boolean fits(String verifier, String challenge) {
        if (!WELL_FORMED.matcher(verifier).matches()) {
            return false;
        }
        String made = Base64Url.encode(TokenHash.of(verifier).toBytes());
        return MessageDigest.isEqual(
                made.getBytes(StandardCharsets.ISO_8859_1), challenge.getBytes(StandardCharsets.ISO_8859_1));
    }
}
