package dev.portcullis.ops.server;

import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.fetch.StrangersDocuments;
import dev.portcullis.store.RegisteredClient.ClientKeys;
import java.time.InstantSource;
import java.util.stream.Collectors;

/** Requests that the server makes: all of them pass the one guard. */
final class Outgoing {
    private Outgoing() {}

    /** @param running closes it */
    static DocumentFetcher fetcher(ServerConfig config, FetchLimits limits, Running running) {
        return running.add("outgoing requests", new DocumentFetcher(limits, guard(config)));
    }

    /**
     * What clients keep at addresses of their own.
     *
     * @param running closes what it fetches with
     */
    static StrangersDocuments clientDocuments(
            ServerConfig config, FetchLimits limits, Running running, InstantSource clock) {
        ClientsConfig clients = config.authorization().clients();
        var guard = guard(config);
        var bounded = new FetchLimits(
                limits.connectMillis(),
                limits.totalMillis(),
                limits.headerBytesMax(),
                limits.headersMax(),
                clients.fetchesMax());
        var fetcher = running.add(
                "requests for documents of clients", new DocumentFetcher(bounded, guard, clients.egressProxy()));
        var operators = clients.preregistered().stream()
                .map(client -> client.keys() instanceof ClientKeys.At(String uri) ? uri : "")
                .filter(uri -> !uri.isEmpty())
                .collect(Collectors.toSet());
        return new StrangersDocuments(
                fetcher,
                guard,
                new StrangersDocuments.Limits(
                        clients.documentBytesMax(),
                        clients.perHostPerMinute(),
                        StrangersDocuments.Limits.DEFAULT.hostsMax()),
                clients.hosts(),
                operators,
                clock);
    }

    private static AddressGuard guard(ServerConfig config) {
        var allowed = config.fetchAllow().stream()
                .map(peer -> peer.host() + ":" + peer.port())
                .collect(Collectors.toSet());
        return new AddressGuard(allowed, AddressGuard.Resolver.SYSTEM);
    }
}
