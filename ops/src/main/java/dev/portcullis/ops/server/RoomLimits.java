package dev.portcullis.ops.server;

import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.RateGate.RateLimits;
import dev.portcullis.image.WorkersAiImages;
import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.pipeline.ConnectionLimits;
import dev.portcullis.store.embedded.EmbeddedGrantStore;

/** The limits of {@link ServerConfig}, as each room wants its own; what has no setting keeps the room's default. */
record RoomLimits(
        HttpLimits http,
        ConnectionLimits connections,
        RateLimits rates,
        FetchLimits provider,
        FetchLimits images,
        SessionLimits sessions,
        CallLimits calls,
        AccessTokenVerifier.Limits tokens,
        EmbeddedGrantStore.Limits store) {
    static RoomLimits of(ServerConfig.Limits limits) {
        ServerConfig.Http http = limits.http();
        return new RoomLimits(
                new HttpLimits(
                        http.requestLineBytesMax(),
                        http.headerBytesMax(),
                        http.headerFieldsMax(),
                        http.headerMillis(),
                        http.idleMillis(),
                        http.bodyMillis(),
                        http.requestMillis(),
                        http.writeStallMillis(),
                        http.writeProgressBytesMin(),
                        http.discardedBytesMax(),
                        bodiesBytesMax(http),
                        http.lingerMillis()),
                new ConnectionLimits(http.connectionsMax(), http.connectionsPerAddressMax()),
                new RateLimits(limits.rates().perSecond(), limits.rates().burst()),
                fetch(
                        FetchLimits.DEFAULT,
                        limits.provided().providerMillis(),
                        limits.provided().fetchesMax()),
                fetch(WorkersAiImages.LIMITS, limits.provided().imageMillis(), WorkersAiImages.LIMITS.concurrentMax()),
                SessionLimits.DEFAULT.withStreams(SessionLimits.DEFAULT.streamsMax(), limits.streamsPerPersonMax()),
                CallLimits.DEFAULT.running(
                        limits.tools().callMillis(), limits.tools().callsPerPersonMax()),
                new AccessTokenVerifier.Limits(
                        limits.tokens().knownMax(),
                        limits.tokens().bogusMax(),
                        AccessTokenVerifier.Limits.DEFAULT.bogusMillis()),
                store(limits));
    }

    private static FetchLimits fetch(FetchLimits defaults, int totalMillis, int concurrentMax) {
        return new FetchLimits(
                Math.min(defaults.connectMillis(), totalMillis),
                totalMillis,
                defaults.headerBytesMax(),
                defaults.headersMax(),
                concurrentMax);
    }

    /** Unless set, a share of the heap, but always room for one largest body. */
    private static long bodiesBytesMax(ServerConfig.Http http) {
        return http.bodiesBytesMax() == 0
                ? Math.max(HttpLimits.DEFAULT.bodiesBytesMax(), http.mcpBodyBytesMax())
                : http.bodiesBytesMax();
    }

    private static EmbeddedGrantStore.Limits store(ServerConfig.Limits limits) {
        var defaults = EmbeddedGrantStore.Limits.DEFAULT;
        return new EmbeddedGrantStore.Limits(
                defaults.waitingWritesMax(),
                defaults.writesPerCommitMax(),
                defaults.writeWaitMillis(),
                limits.tokens().pendingSignInsMax(),
                defaults.accessTokensPerGrantMax(),
                defaults.sweepEverySeconds(),
                defaults.cacheMegabytes());
    }
}
