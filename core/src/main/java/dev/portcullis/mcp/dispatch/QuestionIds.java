package dev.portcullis.mcp.dispatch;

import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.jsonrpc.JsonRpcId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Ids of our requests to clients: numbers of 53 bits, which every client can hold. Above, 27 random bits; then 10 that tell which node asks, so that whoever gets the answer
 * knows who waits for it; below, 16 bits of a keyed hash of the rest and the session. So nodes tell each other of nothing but answers to what one of them has asked this
 * very session. Nodes that restart have another name, so that a client that answers afterwards answers nothing. Any thread.
 */
final class QuestionIds {
    private static final int TAG_BITS = 10;
    private static final int CHECK_BITS = 16;
    private static final int TAG_MASK = (1 << TAG_BITS) - 1;
    private static final int CHECK_MASK = (1 << CHECK_BITS) - 1;
    private static final int RANDOM_BITS = 53 - TAG_BITS - CHECK_BITS;

    private final KeyedHash hash;
    private final int own;

    QuestionIds(MasterKey key, String node) {
        this.hash = key.keyedHash("question-id/1");
        this.own = tagOf(node);
    }

    /** @return the tag of a node; others may have the same */
    static int tagOf(String node) {
        return (int) (TokenHash.of(node).a() >>> (Long.SIZE - TAG_BITS));
    }

    JsonRpcId next(String sessionKey) {
        long random = ByteBuffer.wrap(Randoms.bytes(Long.BYTES)).getLong() >>> (Long.SIZE - RANDOM_BITS);
        long above = (random << TAG_BITS) | own;
        return new JsonRpcId.Int((above << CHECK_BITS) | check(hash.of(checked(above, sessionKey))));
    }

    /** @return the tag of the node that has asked this session under this id; negative if none ever has */
    int tagOf(JsonRpcId id, String sessionKey) {
        if (!(id instanceof JsonRpcId.Int(long value)) || value < 0) {
            return -1;
        }
        long above = value >>> CHECK_BITS;
        boolean ours =
                hash.allOf(checked(above, sessionKey)).stream().anyMatch(each -> check(each) == (value & CHECK_MASK));
        return ours ? (int) (above & TAG_MASK) : -1;
    }

    private static byte[] checked(long above, String sessionKey) {
        return (above + ":" + sessionKey).getBytes(StandardCharsets.US_ASCII);
    }

    private static int check(byte[] hash) {
        return ByteBuffer.wrap(hash).getShort() & CHECK_MASK;
    }

    /** @return whether this node has this tag */
    boolean isOwn(int tag) {
        return tag == own;
    }
}
