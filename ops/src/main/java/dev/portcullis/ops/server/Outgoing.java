package dev.portcullis.ops.server;

import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import java.util.stream.Collectors;

/** Requests that the server makes: all of them pass the one guard. */
final class Outgoing {
    private Outgoing() {}

    /** @param running closes it */
    static DocumentFetcher fetcher(ServerConfig config, FetchLimits limits, Running running) {
        var allowed = config.fetchAllow().stream()
                .map(peer -> peer.host() + ":" + peer.port())
                .collect(Collectors.toSet());
        var guard = new AddressGuard(allowed, AddressGuard.Resolver.SYSTEM);
        return running.add("outgoing requests", new DocumentFetcher(limits, guard));
    }
}
