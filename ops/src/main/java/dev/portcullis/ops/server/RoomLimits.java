package dev.portcullis.ops.server;

import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.RateGate.RateLimits;
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
                new FetchLimits(
                        Math.min(
                                FetchLimits.DEFAULT.connectMillis(),
                                limits.provided().providerMillis()),
                        limits.provided().providerMillis(),
                        FetchLimits.DEFAULT.headerBytesMax(),
                        FetchLimits.DEFAULT.headersMax(),
                        limits.provided().fetchesMax()),
                new SessionLimits(
                        SessionLimits.DEFAULT.lifeSeconds(),
                        SessionLimits.DEFAULT.openedMax(),
                        SessionLimits.DEFAULT.endedMax(),
                        SessionLimits.DEFAULT.streamsMax(),
                        limits.streamsPerPersonMax()),
                new CallLimits(
                        limits.tools().callMillis(),
                        limits.tools().callsPerPersonMax(),
                        CallLimits.DEFAULT.listTtlMillis()),
                new AccessTokenVerifier.Limits(
                        limits.tokens().knownMax(),
                        limits.tokens().bogusMax(),
                        AccessTokenVerifier.Limits.DEFAULT.bogusMillis()),
                store(limits));
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
