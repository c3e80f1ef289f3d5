package dev.portcullis.redis.grant;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.store.GrantStore.Revocation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Tells of revocations: of this node's when it made them, and of all nodes' when the server says so, this one's among them. Any thread.
 *
 * <p>Words: {@code g} and the grant's id, {@code p} and the grant's id where its person is known otherwise, {@code a} and an access token's hash, 32 bytes.
 */
final class Revocations {
    private static final System.Logger LOG = System.getLogger(Revocations.class.getName());

    private final List<Consumer<Revocation>> listeners = new CopyOnWriteArrayList<>();

    void add(Consumer<Revocation> listener) {
        listeners.add(listener);
    }

    /** What a script published. Words that make no sense may be of a newer server: then it is not known what they revoke. */
    void heard(byte[] words) {
        tell(decode(words));
    }

    private static Revocation decode(byte[] words) {
        if (words.length == 0) {
            return new Revocation.Unheard();
        }
        byte[] id = Arrays.copyOfRange(words, 1, words.length);
        return switch (words[0]) {
            case 'g' -> new Revocation.OfGrant(new String(id, StandardCharsets.UTF_8));
            case 'p' -> new Revocation.OfProps(new String(id, StandardCharsets.UTF_8));
            case 'a' -> id.length == 32 ? ofAccessToken(id) : new Revocation.Unheard();
            default -> new Revocation.Unheard();
        };
    }

    static Revocation ofAccessToken(byte[] hash) {
        return new Revocation.OfAccessToken(TokenHash.ofDigest(hash));
    }

    void tell(Revocation revocation) {
        for (Consumer<Revocation> listener : listeners) {
            try {
                listener.accept(revocation);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a listener failed to take a revocation", e);
            }
        }
    }
}
