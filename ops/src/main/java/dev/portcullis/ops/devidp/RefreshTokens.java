package dev.portcullis.ops.devidp;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.Sealer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Refresh tokens that carry their person, sealed under a key of the client secret: with the same secret they outlive a restart, which a developer does often.
 * Used ones are remembered until then, in a bounded set guarded by {@code lock}.
 */
final class RefreshTokens {
    private static final byte[] CONTEXT = "devidp-refresh".getBytes(StandardCharsets.US_ASCII);
    private static final long LIFE_MILLIS = 30L * 86_400 * 1000;
    private static final int SPENT_MAX = 10_000;
    private static final int CHARS_MAX = 16_384;

    private final Sealer sealer;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> spent = new LinkedHashSet<>();

    /** @param earlierSecrets whose tokens are good too */
    RefreshTokens(String clientSecret, List<String> earlierSecrets, InstantSource clock) {
        this.sealer = new MasterKey(clientSecret, earlierSecrets).sealer("devidp-refresh/1");
        this.clock = clock;
    }

    String issue(Person person) {
        byte[] text = String.join(
                        "\n",
                        Randoms.base64Url(16),
                        person.email(),
                        person.name().replace('\n', ' '),
                        String.join(",", person.groups()))
                .getBytes(StandardCharsets.UTF_8);
        byte[] plain = ByteBuffer.allocate(Long.BYTES + text.length)
                .putLong(clock.millis() + LIFE_MILLIS)
                .put(text)
                .array();
        return Base64Url.encode(sealer.seal(plain, CONTEXT));
    }

    /** Uses a token up. @return its person; null if it is none of ours, used or expired */
    @Nullable
    Person spend(String token) {
        String[] parts = parts(token);
        return parts != null && spendOnce(parts[0]) ? personIn(parts) : null;
    }

    /** The same without using it up. */
    @Nullable
    Person find(String token) {
        String[] parts = parts(token);
        return parts == null || isSpent(parts[0]) ? null : personIn(parts);
    }

    private String @Nullable [] parts(String token) {
        byte[] plain = open(token);
        if (plain == null || ByteBuffer.wrap(plain).getLong() <= clock.millis()) {
            return null;
        }
        return new String(plain, Long.BYTES, plain.length - Long.BYTES, StandardCharsets.UTF_8).split("\n", -1);
    }

    private static Person personIn(String[] parts) {
        List<String> groups = parts[3].isEmpty() ? List.of() : List.of(parts[3].split(","));
        return new Person(parts[1], parts[2], groups);
    }

    private boolean isSpent(String id) {
        lock.lock();
        try {
            return spent.contains(id);
        } finally {
            lock.unlock();
        }
    }

    private byte @Nullable [] open(String token) {
        byte[] sealed = Base64Url.decode(token, CHARS_MAX);
        return sealed == null ? null : sealer.open(sealed, CONTEXT);
    }

    private boolean spendOnce(String id) {
        lock.lock();
        try {
            if (spent.size() >= SPENT_MAX) {
                Iterator<String> oldest = spent.iterator();
                oldest.next();
                oldest.remove();
            }
            return spent.add(id);
        } finally {
            lock.unlock();
        }
    }
}
