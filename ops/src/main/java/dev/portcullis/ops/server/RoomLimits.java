package dev.portcullis.ops.server;

import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.RateGate.RateLimits;
import dev.portcullis.image.WorkersAiImages;
import dev.portcullis.mcp.dispatch.AskLimits;
import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.mcp.session.EventLimits;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.mcp.task.TaskLimits;
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
                sessions(limits.sessions()),
                calls(limits.tools()).tasks(tasks(limits.tasks())),
                new AccessTokenVerifier.Limits(
                        limits.tokens().knownMax(),
                        limits.tokens().bogusMax(),
                        AccessTokenVerifier.Limits.DEFAULT.bogusMillis()),
                store(limits));
    }

    private static SessionLimits sessions(ServerConfig.Sessions sessions) {
        var defaults = SessionLimits.DEFAULT;
        var events = new EventLimits(
                defaults.events().streamEventsMax(),
                defaults.events().streamBytesMax(),
                defaults.events().sessionStreamsMax(),
                defaults.events().sessionBytesMax(),
                sessions.replayBytesMax() == 0 ? defaults.events().bytesMax() : sessions.replayBytesMax(),
                sessions.replaySeconds());
        return new SessionLimits(
                        sessions.lifeSeconds(),
                        sessions.idleSeconds(),
                        defaults.openedMax(),
                        defaults.endedMax(),
                        sessions.rememberedMax(),
                        sessions.rememberedPerPersonMax(),
                        sessions.subscriptionsMax(),
                        defaults.streamsMax(),
                        defaults.streamsPerPersonMax(),
                        events)
                .withStreams(sessions.streamsMax(), sessions.streamsPerPersonMax());
    }

    private static CallLimits calls(ServerConfig.Tools tools) {
        var asking = CallLimits.DEFAULT.asking();
        return new CallLimits(
                tools.callMillis(),
                tools.callsPerPersonMax(),
                tools.listTtlMillis(),
                tools.listPageMax(),
                CallLimits.DEFAULT.completionMillis(),
                tools.logsPerSecondMax(),
                CallLimits.DEFAULT.logCharsMax(),
                new AskLimits(
                        tools.answerMillis(),
                        asking.questionsPerCallMax(),
                        asking.openPerSessionMax(),
                        asking.openMax(),
                        asking.stateCharsMax(),
                        asking.stateSeconds(),
                        asking.usedAnswersMax()),
                CallLimits.DEFAULT.tasks());
    }

    private static TaskLimits tasks(ServerConfig.Tasks tasks) {
        var defaults = TaskLimits.DEFAULT;
        return new TaskLimits(
                tasks.ttlMillis(),
                Math.min(defaults.ttlMillisMin(), tasks.ttlMillis()),
                tasks.ttlMillisMax(),
                tasks.runMillisMax(),
                defaults.pollIntervalMillis(),
                tasks.keptMax(),
                tasks.keptPerPersonMax(),
                tasks.resultBytesMax(),
                tasks.resultBytesPerPersonMax(),
                defaults.watchersPerTaskMax());
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
                EmbeddedGrantStore.Limits.DEFAULT.spentIdsMax(),
                defaults.accessTokensPerGrantMax(),
                defaults.sweepEverySeconds(),
                defaults.cacheMegabytes());
    }
}
