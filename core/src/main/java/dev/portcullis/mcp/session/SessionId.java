package dev.portcullis.mcp.session;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.ClientCapabilities;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Session ids: all there is to know about a session, sealed for its owner (H-101, H-103). Format 1, base64url: format (1 byte), revision as a decimal date (4), client
 * capabilities (4), expiry in Unix seconds (8), random key (16). The owner is the seal's context and not inside: an id opened for anybody else is as good as random.
 */
final class SessionId {
    private static final byte FORMAT = 1;
    private static final int KEY_BYTES = 16;
    private static final int PLAIN_BYTES = 1 + 4 + 4 + 8 + KEY_BYTES;
    private static final int CHARS = (PLAIN_BYTES + Sealer.OVERHEAD_BYTES) * 4 / 3 + 1;

    private final Sealer sealer;

    SessionId(MasterKey key) {
        sealer = key.sealer("session-id/1");
    }

    Session create(
            ProtocolVersion version, ClientCapabilities capabilities, long expiresAtSeconds, Session.Owner owner) {
        byte[] key = Randoms.bytes(KEY_BYTES);
        byte[] plain = ByteBuffer.allocate(PLAIN_BYTES)
                .put(FORMAT)
                .putInt(Integer.parseInt(version.text().replace("-", "")))
                .putInt(capabilities.bits())
                .putLong(expiresAtSeconds)
                .put(key)
                .array();
        String id = Base64Url.encode(sealer.seal(plain, context(owner)));
        return new Session(id, keyText(key), version, capabilities, expiresAtSeconds, owner);
    }

    /** @return the session; null if this is no id of ours, or not this owner's */
    @Nullable
    Session open(String id, Session.Owner owner) {
        byte[] sealed = id.length() == CHARS ? Base64Url.decode(id, CHARS) : null;
        byte[] plain = sealed == null ? null : sealer.open(sealed, context(owner));
        return plain == null || plain.length != PLAIN_BYTES || plain[0] != FORMAT
                ? null
                : read(id, ByteBuffer.wrap(plain, 1, PLAIN_BYTES - 1), owner);
    }

    private static @Nullable Session read(String id, ByteBuffer plain, Session.Owner owner) {
        int date = plain.getInt();
        var version = ProtocolVersion.of("%04d-%02d-%02d".formatted(date / 10_000, date / 100 % 100, date % 100));
        var capabilities = new ClientCapabilities(plain.getInt());
        long expiresAtSeconds = plain.getLong();
        byte[] key = new byte[KEY_BYTES];
        plain.get(key);
        return version == null ? null : new Session(id, keyText(key), version, capabilities, expiresAtSeconds, owner);
    }

    private static String keyText(byte[] key) {
        return Base64Url.encode(key);
    }

    /** Lengths first, so that no two owners have the same context. */
    static byte[] context(Session.Owner owner) {
        String text = owner.issuer().length() + ":" + owner.issuer()
                + owner.subject().length() + ":" + owner.subject() + owner.clientId();
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
