package dev.portcullis.redis.grant;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.redis.Redis;
import java.nio.charset.StandardCharsets;

/** The keys, as core/STORAGE.md lists them. Each stands alone: no step touches two. */
final class GrantKeys {
    /** The grants of one client stand in so many sets, so that no server has all the grants of a client that everybody uses. */
    static final int CLIENT_SETS = 16;

    private final Redis redis;

    GrantKeys(Redis redis) {
        this.redis = redis;
    }

    byte[] grant(String grantId) {
        return redis.key("g", "{" + grantId + "}");
    }

    byte[] pending(TokenHash state) {
        return redis.key("pending", Base64Url.encode(state.toBytes()));
    }

    /** The sign-ins under way, to count them. */
    byte[] allPending() {
        return redis.key("all", "pending");
    }

    byte[] client(String clientId) {
        return redis.key("client", hashOf(clientId));
    }

    byte[] registration(String clientId) {
        return redis.key("registration", hashOf(clientId));
    }

    /** The clients that have only registered, to count them. */
    byte[] allRegistrations() {
        return redis.key("all", "registrations");
    }

    byte[] spent(TokenHash id) {
        return redis.key("spent", Base64Url.encode(id.toBytes()));
    }

    /** The grants of a person. */
    byte[] person(String subjectKey) {
        return redis.key("person", subjectKey);
    }

    /** The grants of a client that stand in the same set as this one. */
    byte[] grantsOfClient(String clientId, String grantId) {
        return grantsOfClient(clientId, Math.floorMod(grantId.hashCode(), CLIENT_SETS));
    }

    byte[] grantsOfClient(String clientId, int set) {
        return redis.key("grants", hashOf(clientId), Integer.toString(set));
    }

    byte[] revocations() {
        return redis.channel("revoked");
    }

    /** A client id may be long or a URL: its hash is not. */
    static String hashOf(String clientId) {
        return Base64Url.encode(
                TokenHash.of(clientId.getBytes(StandardCharsets.UTF_8)).toBytes());
    }
}
