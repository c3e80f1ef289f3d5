package dev.portcullis.fetch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.fetch.FetchException.Reason;
import java.net.URI;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;

/**
 * Gets documents whose addresses strangers choose (O-122): of hosts that the operator lets in, from each host only so often, so that nobody is attacked through us.
 * What the operator wrote into the settings is fetched as such, wherever it lies. Any number of threads; calls block as {@link DocumentFetcher#fetch} does.
 */
public final class StrangersDocuments {
    private static final int MINUTE_SECONDS = 60;

    private final DocumentFetcher fetcher;
    private final AddressGuard guard;
    private final Limits limits;
    private final HostRules hosts;
    private final Set<String> operators;
    private final InstantSource clock;
    private final Cache<String, Count> fetched;

    /**
     * @param bodyBytesMax longest document
     * @param perHostPerMinute fetches from one host in a minute
     * @param hostsMax hosts for which those are counted at a time
     */
    public record Limits(int bodyBytesMax, int perHostPerMinute, int hostsMax) {
        /** 64 KiB, since documents with keys exceed the 5 KiB that the draft recommends; 30 in a minute; 10,000 hosts. */
        public static final Limits DEFAULT = new Limits(64 * 1024, 30, 10_000);
    }

    private record Count(long minute, int count) {}

    /**
     * @param guard the one that {@code fetcher} obeys
     * @param operators addresses that stand in the settings
     */
    public StrangersDocuments(
            DocumentFetcher fetcher,
            AddressGuard guard,
            Limits limits,
            HostRules hosts,
            Set<String> operators,
            InstantSource clock) {
        this.fetcher = fetcher;
        this.guard = guard;
        this.limits = limits;
        this.hosts = hosts;
        this.operators = Set.copyOf(operators);
        this.clock = clock;
        this.fetched = Caffeine.newBuilder().maximumSize(limits.hostsMax()).build();
    }

    /** Whether the URL names a server of this machine that the operator lets strangers name, by http too. */
    public boolean isAllowedByName(URI uri) {
        return guard.isAllowed(uri);
    }

    /** @throws FetchException also for a host that is not let in, in the words for an address, or asked too often */
    FetchedDocument get(URI uri) throws FetchException {
        if (operators.contains(uri.toString())) {
            return fetcher.fetch(FetchRequest.get(uri, Destination.CONFIGURED, limits.bodyBytesMax()));
        }
        guard.checkUri(uri, Destination.STRANGER);
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        if (!hosts.permit(host)) {
            throw AddressGuard.refusal();
        }
        if (!mayAsk(host)) {
            throw new FetchException(Reason.OVERLOADED, "too many documents of one host in a minute");
        }
        return fetcher.fetch(FetchRequest.get(uri, Destination.STRANGER, limits.bodyBytesMax()));
    }

    private boolean mayAsk(String host) {
        long minute = Math.floorDiv(clock.millis(), 1000L * MINUTE_SECONDS);
        Count now = fetched.asMap()
                .compute(
                        host,
                        (_, before) -> before == null || before.minute != minute
                                ? new Count(minute, 1)
                                : new Count(minute, Math.min(before.count, limits.perHostPerMinute()) + 1));
        return now.count <= limits.perHostPerMinute();
    }
}
