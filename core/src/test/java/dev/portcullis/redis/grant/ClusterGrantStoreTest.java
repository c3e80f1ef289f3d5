package dev.portcullis.redis.grant;

import dev.portcullis.redis.ClusterSet;
import dev.portcullis.redis.RedisServers;
import dev.portcullis.redis.RedisSettings;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class ClusterGrantStoreTest extends RedisGrantStoreContract {
    private static RedisServers servers;
    private static ClusterSet set;

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        set = servers.cluster();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Override
    String url() {
        return set.url();
    }

    /** A slot with a family in it goes from master to master, and then a master goes: each has one replica, which has whatever was acknowledged. */
    @Test
    void rotateWhenSlotsAndMastersChangeThenNothingAcknowledgedIsLost() throws Exception {
        var settings = waitingFor(1, RedisSettings.of(set.url()).withPrefix("moved"));
        try (var nodes = new RedisNodes(settings, 3);
                var churn = new Churn(nodes)) {
            var keys = new GrantKeys(nodes.links.getFirst());
            String key = new String(keys.grant(churn.first.id()), StandardCharsets.UTF_8);
            for (int move = 1; move <= 4; move++) {
                churn.awaitMore(50);
                set.migrate(key);
            }
            churn.awaitMore(50);
            set.failover(set.masterOf(key));
            churn.awaitMore(50);
            churn.endAndCheck();
        }
    }
}
