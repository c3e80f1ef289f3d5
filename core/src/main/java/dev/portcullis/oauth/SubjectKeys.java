package dev.portcullis.oauth;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Identity;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * By what the store knows a person: a keyed hash of issuer and subject (O-147). It finds their grants and names nobody to whoever holds the database. E-mail plays
 * no part: it may change hands.
 */
public final class SubjectKeys {
    private final SecretKey key;

    public SubjectKeys(MasterKey master) {
        key = master.hmac("subject-key/1");
    }

    /** @return 43 characters of base64url */
    public String of(Identity identity) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            byte[] issuer = identity.issuer().getBytes(StandardCharsets.UTF_8);
            // The length in front keeps (ab, c) and (a, bc) apart.
            mac.update((issuer.length + ":").getBytes(StandardCharsets.US_ASCII));
            mac.update(issuer);
            byte[] hash = mac.doFinal(identity.subject().getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is not available", e);
        }
    }
}
