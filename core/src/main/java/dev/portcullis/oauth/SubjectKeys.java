package dev.portcullis.oauth;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Identity;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * By what the store knows a person: a keyed hash of issuer and subject (O-147). It finds their grants and names nobody to whoever holds the database. E-mail plays
 * no part: it may change hands.
 */
public final class SubjectKeys {
    private final KeyedHash hash;

    public SubjectKeys(MasterKey master) {
        hash = master.keyedHash("subject-key/1");
    }

    /** @return 43 characters of base64url */
    public String of(Identity identity) {
        return allOf(identity).getFirst();
    }

    /** @return the same, then what it was under each master key that is being replaced: grants of that time are found by it */
    public List<String> allOf(Identity identity) {
        int issuerBytes = identity.issuer().getBytes(StandardCharsets.UTF_8).length;
        // The length in front keeps (ab, c) and (a, bc) apart.
        String text = issuerBytes + ":" + identity.issuer() + identity.subject();
        return hash.allOf(text.getBytes(StandardCharsets.UTF_8)).stream()
                .map(Base64Url::encode)
                .toList();
    }
}
