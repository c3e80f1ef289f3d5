package dev.portcullis.ops.e2e;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.ops.devidp.DevIdentityProvider;
import dev.portcullis.ops.devidp.DevIdpSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Several nodes, processes of their own that share a Redis, behind a {@link Balancer}; the stand-in for Access that they share runs in the test. Each part can be killed and started
 * again by itself.
 */
final class ClusterOfServers implements AutoCloseable {
    private final RedisProcess redis;
    private final DevIdentityProvider provider;
    private final List<ServerProcess> nodes;
    private final Balancer balancer;
    private final Map<String, String> settings;

    private ClusterOfServers(
            RedisProcess redis,
            DevIdentityProvider provider,
            List<ServerProcess> nodes,
            Balancer balancer,
            Map<String, String> settings) {
        this.settings = settings;
        this.redis = redis;
        this.provider = provider;
        this.nodes = nodes;
        this.balancer = balancer;
    }

    /** Starts it, and waits until all nodes are ready. */
    static ClusterOfServers start(Path folder, String program, int count, Map<String, String> settings)
            throws Exception {
        var redis = RedisProcess.start(folder.resolve("redis"));
        return start(folder, program, count, redis, redis.url(), settings);
    }

    /**
     * The same with a Redis of the test's own.
     *
     * @param redis closed with the rest
     * @param store by which nodes know it
     */
    static ClusterOfServers start(
            Path folder, String program, int count, RedisProcess redis, String store, Map<String, String> settings)
            throws Exception {
        int port = ServerProcess.freePort();
        URI publicUrl = URI.create("http://localhost:" + port);
        var provider =
                DevIdentityProvider.start(DevIdpSettings.of(0, publicUrl.resolve("/callback")), InstantSource.system());
        var common = new HashMap<String, String>();
        common.put("STORE", store);
        common.put("PUBLIC_URL", publicUrl.toString());
        common.put("COOKIE_ENCRYPTION_KEY", Randoms.base64Url(32));
        common.put("ACCESS_CLIENT_ID", provider.oidcSettings().clientId());
        common.put(
                "ACCESS_CLIENT_SECRET", String.valueOf(provider.oidcSettings().clientSecret()));
        common.put("ACCESS_ISSUER", provider.issuer());
        // Programs that start at once on a small machine take their time for their first words with Redis.
        common.put("REDIS_CONNECT_MILLIS", "20000");
        common.put("REDIS_COMMAND_MILLIS", "20000");
        common.putAll(settings);
        var starting = new ArrayList<Future<ServerProcess>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int number = 1; number <= count; number++) {
                Path home = Files.createDirectories(folder.resolve("node-" + number));
                starting.add(
                        threads.submit(() -> ServerProcess.start(home, program, ServerProcess.freePort(), common)));
            }
        }
        try {
            var nodes = new ArrayList<ServerProcess>();
            for (var node : starting) {
                nodes.add(node.get());
            }
            var balancer = Balancer.start(folder.resolve("balancer"), port, nodes);
            return new ClusterOfServers(redis, provider, nodes, balancer, common);
        } catch (Exception e) { // or what did start would outlive the test
            starting.stream()
                    .filter(node -> node.state() == Future.State.SUCCESS)
                    .forEach(node -> node.resultNow().close());
            provider.close();
            redis.close();
            throw e;
        }
    }

    /**
     * Starts another node, of which the balancer does not know; whoever asked for it closes it.
     *
     * @param store by which it knows Redis
     */
    ServerProcess startAnother(Path home, String store) throws Exception {
        var changed = new HashMap<>(settings);
        changed.put("STORE", store);
        return ServerProcess.start(
                Files.createDirectories(home), ServerProcess.PRODUCT, ServerProcess.freePort(), changed);
    }

    /** Where clients find it. */
    URI uri(String path) {
        return balancer.uri(path);
    }

    DevIdentityProvider provider() {
        return provider;
    }

    RedisProcess redis() {
        return redis;
    }

    /** From 0. */
    ServerProcess node(int index) {
        return nodes.get(index);
    }

    List<ServerProcess> nodes() {
        return nodes;
    }

    /** Stops the nodes as a service manager does, one after the other. @return what they have printed */
    String stopNodes() throws Exception {
        var output = new StringBuilder();
        for (var node : nodes) {
            node.close();
            output.append(node.output());
        }
        return output.toString();
    }

    @Override
    public void close() {
        nodes.forEach(ServerProcess::close);
        balancer.close();
        provider.close();
        redis.close();
    }
}
