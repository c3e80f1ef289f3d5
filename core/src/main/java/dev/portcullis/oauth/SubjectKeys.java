package dev.portcullis.oauth;

import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Identity;
import java.nio.charset.StandardCharsets;

/**
 * By what the store knows a person: a keyed hash of issuer and subject (O-147). It finds their grants and names nobody to whoever holds the database. E-mail plays
 * no part: it may change hands.
 */
public final class SubjectKeys {
    private final KeyedHash hash;

    public SubjectKeys(MasterKey master) {
        hash = new KeyedHash(master.hmac("subject-key/1"));
    }

    /** @return 43 characters of base64url */
    public String of(Identity identity) {
        int issuerBytes = identity.issuer().getBytes(StandardCharsets.UTF_8).length;
        // The length in front keeps (ab, c) and (a, bc) apart.
        return hash.base64Url(issuerBytes + ":" + identity.issuer() + identity.subject());
    }
}
