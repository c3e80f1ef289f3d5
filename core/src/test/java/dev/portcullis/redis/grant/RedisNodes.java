package dev.portcullis.redis.grant;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.redis.grant.RedisGrantStore.Limits;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantFixture;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Telemetry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Several nodes with one prefix, each with connections of its own. */
final class RedisNodes implements AutoCloseable {
    static final String RESOURCE = "https://mcp.example.com/mcp";

    final List<Redis> links = new ArrayList<>();
    final List<RedisGrantStore> stores = new ArrayList<>();

    RedisNodes(RedisSettings settings, int count) {
        for (int i = 0; i < count; i++) {
            add(settings);
        }
    }

    RedisGrantStore add(RedisSettings settings) {
        var redis = Redis.connect(settings);
        links.add(redis);
        awaitAllMasters(redis);
        var store = new RedisGrantStore(redis, redis.push(), Limits.DEFAULT);
        stores.add(store);
        return store;
    }

    /** Connections to the masters of a cluster are made with the first command to each, which fails. */
    static void awaitAllMasters(Redis redis) {
        for (int i = 0; i < 64; i++) {
            byte[] somewhere = redis.key("somewhere", Integer.toString(i));
            untilAnswered(() -> Optional.ofNullable(redis.await(redis.commands().get(somewhere))));
        }
    }

    RedisGrantStore store(int i) {
        return stores.get(i % stores.size());
    }

    RedisCensus census() {
        return RedisCensus.of(links.getFirst());
    }

    /** By the time of day, which a lease is measured by. */
    static AccessTokenVerifier verifier(RedisGrantStore store) {
        return new AccessTokenVerifier(
                store, List.of(), AccessTokenVerifier.Limits.DEFAULT, InstantSource.system(), Telemetry.NONE);
    }

    /** A grant with an access token as they are in truth; an hour to live. @return the token */
    static String issue(RedisGrantStore store) {
        long now = System.currentTimeMillis() / 1000;
        String grantId = TokenFormat.newGrantId();
        String token = TokenFormat.newToken(TokenFormat.Kind.ACCESS, grantId);
        var key = GrantCipher.newKey();
        var alice = new Identity("https://idp.example", "alice", null, null, List.of());
        var grant = new Grant(
                grantId,
                GrantFixture.client("inspector"),
                "http://localhost/cb",
                "person",
                Scopes.of("tools"),
                List.of(RESOURCE),
                GrantCipher.sealProps(new GrantProps(alice, null).encode(), key, grantId),
                now,
                now,
                now + 3600,
                now + 3600);
        var access = new AccessToken(
                TokenHash.of(token),
                grantId,
                Scopes.of("tools"),
                List.of(RESOURCE),
                GrantCipher.wrap(key, token),
                now + 3600);
        store.createGrant(grant, access, 50, now);
        return token;
    }

    /** Asks again until the store answers: every call may be repeated. */
    static <T> T untilAnswered(Supplier<T> call) {
        long until = System.nanoTime() + 60_000_000_000L;
        while (true) {
            try {
                return call.get();
            } catch (StoreException e) {
                if (System.nanoTime() > until) {
                    throw e;
                }
                java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
            }
        }
    }

    @Override
    public void close() {
        stores.forEach(RedisGrantStore::close);
        links.forEach(Redis::close);
    }
}
