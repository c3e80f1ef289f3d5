package dev.portcullis.mcp.dispatch;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.identity.Principal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The marks by which clients come back for the next page of a list (H-184, T-29). Format 1, sealed and in base64url: format (1 byte), process (8), place (8), key. The list
 * and the person are the seal's context and not inside: a cursor of another list, or of somebody else, is as good as random. Any thread.
 */
final class Cursors {
    private static final byte FORMAT = 1;
    private static final int HEAD_BYTES = 1 + 8 + 8;
    private static final int CHARS_MAX = 4_096;

    private final Sealer sealer;

    /** Places mean something in the process alone that gave them out. */
    private final long process = ByteBuffer.wrap(Randoms.bytes(8)).getLong();

    /**
     * Behind what the next page begins.
     *
     * @param key of the last that was listed
     * @param place where it stood; -1 if another process listed it
     */
    record Position(String key, long place) {}

    Cursors(MasterKey key) {
        sealer = key.sealer("cursor/1");
    }

    /** @param list which list, e.g. {@code tools} */
    String seal(String list, Principal principal, Position last) {
        byte[] key = last.key().getBytes(StandardCharsets.UTF_8);
        byte[] plain = ByteBuffer.allocate(HEAD_BYTES + key.length)
                .put(FORMAT)
                .putLong(process)
                .putLong(last.place())
                .put(key)
                .array();
        return Base64Url.encode(sealer.seal(plain, context(list, principal)));
    }

    /** @return null if it is none of ours, or not for this list and person */
    @Nullable
    Position open(String list, Principal principal, String cursor) {
        byte[] sealed = Base64Url.decode(cursor, CHARS_MAX);
        byte[] plain = sealed == null ? null : sealer.open(sealed, context(list, principal));
        if (plain == null || plain.length < HEAD_BYTES || plain[0] != FORMAT) {
            return null;
        }
        var read = ByteBuffer.wrap(plain, 1, HEAD_BYTES - 1);
        boolean ours = read.getLong() == process;
        long place = read.getLong();
        String key = new String(plain, HEAD_BYTES, plain.length - HEAD_BYTES, StandardCharsets.UTF_8);
        return new Position(key, ours ? place : -1);
    }

    /** Lengths first, so that no two persons have the same context. */
    private static byte[] context(String list, Principal principal) {
        String issuer = principal.identity().issuer();
        String text = list + ":" + issuer.length() + ":" + issuer
                + principal.identity().subject();
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
