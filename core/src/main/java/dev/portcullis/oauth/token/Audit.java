package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;

/** Names in audit lines: the beginning of a hash, so that lines about one thing can be told to belong together and nothing can be done with the log (O-181). */
final class Audit {
    private Audit() {}

    static String id(String id) {
        return TokenHash.of(id).toString().substring(0, 16);
    }
}
