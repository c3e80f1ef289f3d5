package dev.portcullis.redis.grant;

import dev.portcullis.redis.RedisServers;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.redis.SentinelSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class SentinelGrantStoreTest extends RedisGrantStoreContract {
    private static RedisServers servers;
    private static SentinelSet set;

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        set = servers.sentinel();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Override
    String url() {
        return set.url();
    }

    /** With {@code waitReplicas} of as many as there are, what was acknowledged is on whichever becomes the master. */
    @Test
    void rotateWhenTheMasterChangesThenNothingAcknowledgedIsLost() throws Exception {
        int replicas = set.servers().size() - 1;
        var settings = waitingFor(replicas, RedisSettings.of(set.url()).withPrefix("failover"));
        try (var nodes = new RedisNodes(settings, 3);
                var churn = new Churn(nodes)) {
            for (int failover = 1; failover <= 2; failover++) {
                churn.awaitMore(100);
                set.failover();
            }
            churn.awaitMore(50);
            churn.endAndCheck();
        }
    }
}
