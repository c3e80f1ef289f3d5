package dev.portcullis.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.StaticCredentialsProvider;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Makes connections, all from one small set of threads. Any thread; connecting blocks, for {@link RedisSettings.Limits#connectMillis} at most. */
final class RedisClients implements AutoCloseable {
    private static final Logger LOG = System.getLogger(RedisClients.class.getName());
    private static final int THREADS = 2;
    private static final int SHUTDOWN_SECONDS = 5;
    private static final int RECONNECT_MILLIS = 50;
    private static final Duration RECONNECT_MAX = Duration.ofSeconds(2);
    private static final Duration QUIET_BEFORE_PROBE = Duration.ofSeconds(15);
    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(5);
    private static final int PROBES = 3;
    private static final Duration UNACKNOWLEDGED_MAX = Duration.ofSeconds(4);
    private static final Duration PERIODIC_REFRESH = Duration.ofSeconds(30);
    private static final Duration ADAPTIVE_REFRESH = Duration.ofSeconds(1);
    private static final String NAME = "portcullis";

    private final RedisSettings settings;
    private final ClientResources resources;
    private final RedisClient passing;

    RedisClients(RedisSettings settings) {
        this.settings = settings;
        this.resources = ClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                // all nodes lose their connections at once, and must not all come back at once
                .reconnectDelay(
                        () -> Delay.fullJitter(Duration.ZERO, RECONNECT_MAX, RECONNECT_MILLIS, TimeUnit.MILLISECONDS))
                .build();
        this.passing = RedisClient.create(resources);
        this.passing.setOptions(
                options(ClientOptions.builder().autoReconnect(false)).build());
    }

    private <B extends ClientOptions.Builder> B options(B options) {
        var limits = settings.limits();
        var ssl = SslOptions.builder().jdkSslProvider();
        if (settings.authorities() != null) {
            ssl.trustManager(settings.authorities().toFile());
        }
        options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(limits.waitingMax())
                .protocolVersion(ProtocolVersion.RESP3)
                .socketOptions(sockets())
                .sslOptions(ssl.build())
                .timeoutOptions(TimeoutOptions.enabled(Duration.ofMillis(limits.commandMillis())));
        return options;
    }

    private SocketOptions sockets() {
        var sockets = SocketOptions.builder()
                .connectTimeout(Duration.ofMillis(settings.limits().connectMillis()))
                .keepAlive(SocketOptions.KeepAliveOptions.builder()
                        .enable()
                        .idle(QUIET_BEFORE_PROBE)
                        .interval(PROBE_INTERVAL)
                        .count(PROBES)
                        .build());
        if (EpollProvider.isAvailable()) {
            sockets.tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder()
                    .enable()
                    .tcpUserTimeout(UNACKNOWLEDGED_MAX)
                    .build());
        }
        return sockets.build();
    }

    /** To a whole cluster; its connections come back by themselves when they are lost. To be closed by the caller. */
    RedisClusterClient cluster() {
        var cluster = RedisClusterClient.create(
                resources, settings.address().servers().stream().map(this::uri).toList());
        cluster.setOptions(options(ClusterClientOptions.builder())
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(PERIODIC_REFRESH)
                        .adaptiveRefreshTriggersTimeout(ADAPTIVE_REFRESH)
                        .build())
                .build());
        return cluster;
    }

    /** One that is over when it is lost. */
    StatefulRedisConnection<byte[], byte[]> connectOnce(RedisAddress.Server server) {
        return passing.connect(ByteArrayCodec.INSTANCE, uri(server));
    }

    /** As {@link #connectOnce}, for what is published. */
    StatefulRedisPubSubConnection<byte[], byte[]> connectForPush(RedisAddress.Server server) {
        return passing.connectPubSub(ByteArrayCodec.INSTANCE, uri(server));
    }

    /** As {@link #connectOnce}, without blocking. */
    CompletionStage<StatefulRedisConnection<byte[], byte[]>> connectOnceLater(RedisAddress.Server server) {
        return passing.connectAsync(ByteArrayCodec.INSTANCE, uri(server));
    }

    CompletionStage<StatefulRedisSentinelConnection<String, String>> connectSentinel(RedisAddress.Server sentinel) {
        var uri = RedisURI.builder()
                .withHost(sentinel.host())
                .withPort(sentinel.port())
                .withSsl(settings.address().tls())
                .withTimeout(Duration.ofMillis(settings.limits().connectMillis()))
                .withClientName(NAME)
                .build();
        signIn(uri, settings.login().sentinelUser(), settings.login().sentinelPassword());
        return passing.connectSentinelAsync(StringCodec.UTF8, uri);
    }

    private RedisURI uri(RedisAddress.Server server) {
        var uri = RedisURI.builder()
                .withHost(server.host())
                .withPort(server.port())
                .withDatabase(settings.address().database())
                .withSsl(settings.address().tls())
                .withTimeout(Duration.ofMillis(settings.limits().connectMillis()))
                .withClientName(NAME)
                .build();
        signIn(uri, settings.login().user(), settings.login().password());
        return uri;
    }

    /** A password without a name is the default user's. */
    private static void signIn(RedisURI uri, @Nullable String user, @Nullable String password) {
        if (password != null) {
            uri.setCredentialsProvider(new StaticCredentialsProvider(user, password.toCharArray()));
        }
    }

    @Override
    public void close() {
        passing.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        Future<Boolean> ended = resources.shutdown(0, 1, TimeUnit.SECONDS);
        try {
            ended.get(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Logger.Level.WARNING, "the connections to Redis have not ended cleanly", e);
        }
    }
}
