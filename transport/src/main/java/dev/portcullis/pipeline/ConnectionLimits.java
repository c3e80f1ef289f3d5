package dev.portcullis.pipeline;

/**
 * How many connections a listener holds (T-4). Further ones are closed as they come.
 *
 * @param connectionsMax in all
 * @param connectionsPerAddressMax from one address (IPv6: one /64); generous, since proxies and tunnels have one address for all their clients
 */
public record ConnectionLimits(int connectionsMax, int connectionsPerAddressMax) {
    /** 100,000 in all, 50,000 from one address. */
    public static final ConnectionLimits DEFAULT = new ConnectionLimits(100_000, 50_000);
}
