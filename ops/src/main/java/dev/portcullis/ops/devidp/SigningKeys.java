package dev.portcullis.ops.devidp;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.portcullis.crypto.Randoms;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The keys that sign ID tokens: the newest signs, older ones stay published until dropped, as at Access (O-155). The first is made when somebody comes to sign in,
 * while they look at the page: that takes half as long as the whole start of a server, which has no need of it. State is guarded by {@code lock}.
 */
final class SigningKeys {
    private static final int BITS = 2048;
    private static final int KEYS_MAX = 8;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<RSAKey> newestFirst = new ArrayDeque<>();
    private final CompletableFuture<RSAKey> first = new CompletableFuture<>();
    private final AtomicBoolean isPrepared = new AtomicBoolean();

    /** Has the first key made, and does not wait for it. */
    void prepare() {
        if (isPrepared.getAndSet(true)) {
            return;
        }
        Thread.ofVirtual().name("devidp-key").start(() -> {
            try {
                first.complete(generate());
            } catch (RuntimeException e) {
                first.completeExceptionally(e);
            }
        });
    }

    void rotate() {
        ensureFirst();
        RSAKey next = generate();
        lock.lock();
        try {
            newestFirst.addFirst(next);
            while (newestFirst.size() > KEYS_MAX) {
                newestFirst.removeLast();
            }
        } finally {
            lock.unlock();
        }
    }

    void dropOld() {
        ensureFirst();
        lock.lock();
        try {
            while (newestFirst.size() > 1) {
                newestFirst.removeLast();
            }
        } finally {
            lock.unlock();
        }
    }

    /** @return a JWK set of the public keys */
    String published() {
        ensureFirst();
        lock.lock();
        try {
            return new JWKSet(new ArrayList<>(newestFirst)).toString(true);
        } finally {
            lock.unlock();
        }
    }

    /** @return a compact JWS, RS256 */
    String sign(String claims) {
        RSAKey key = current();
        var header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(JOSEObjectType.JWT)
                .keyID(key.getKeyID())
                .build();
        var token = new JWSObject(header, new Payload(claims));
        try {
            token.sign(new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("RS256 is not available", e);
        }
        return token.serialize();
    }

    private RSAKey current() {
        ensureFirst();
        lock.lock();
        try {
            return newestFirst.getFirst();
        } finally {
            lock.unlock();
        }
    }

    private void ensureFirst() {
        prepare();
        RSAKey key = first.join();
        lock.lock();
        try {
            if (newestFirst.isEmpty()) {
                newestFirst.addFirst(key);
            }
        } finally {
            lock.unlock();
        }
    }

    private static RSAKey generate() {
        try {
            return new RSAKeyGenerator(BITS)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.RS256)
                    .keyID(Randoms.base64Url(16))
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("RSA is not available", e);
        }
    }
}
