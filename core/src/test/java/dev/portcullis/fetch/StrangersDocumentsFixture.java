package dev.portcullis.fetch;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Set;

/** Fetching as strangers make us fetch, from servers of this machine that are let in by name; for tests, of other rooms too. */
public final class StrangersDocumentsFixture {
    private static final FetchLimits QUICK = new FetchLimits(1_000, 2_000, 8_192, 100, 16);

    private StrangersDocumentsFixture() {}

    /** @param allowed {@code host:port} */
    public static StrangersDocuments allowing(Set<String> allowed, InstantSource clock) {
        return of(new AddressGuard(allowed, AddressGuard.Resolver.SYSTEM), HostRules.ALL, 1_000_000, clock);
    }

    /** Names are resolved by what the test says; strangers may name these ports. */
    public static StrangersDocuments resolving(
            AddressGuard.Resolver resolver, Set<Integer> ports, InstantSource clock) {
        return of(new AddressGuard(Set.of(), resolver, ports), HostRules.ALL, 1_000_000, clock);
    }

    static StrangersDocuments of(AddressGuard guard, HostRules hosts, int perMinute, InstantSource clock) {
        return new StrangersDocuments(
                new DocumentFetcher(QUICK, guard),
                guard,
                new StrangersDocuments.Limits(64 * 1024, perMinute, 100),
                hosts,
                Set.of(),
                clock);
    }

    /** @return the address in bytes, whatever a name service would say */
    public static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }
}
