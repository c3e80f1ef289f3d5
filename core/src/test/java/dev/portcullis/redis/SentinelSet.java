package dev.portcullis.redis;

import java.util.List;

/** What {@link RedisServers#sentinel} started. */
public record SentinelSet(List<RedisServer> servers, List<RedisServer> sentinels) {
    public String url() {
        return "redis-sentinel://"
                + String.join(",", sentinels.stream().map(RedisServer::address).toList()) + "#mymaster";
    }

    /** Who is the master now, as the first Sentinel says. */
    public RedisServer master() {
        String port = sentinels
                .getFirst()
                .ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster")
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow();
        return servers.stream()
                .filter(server -> Integer.toString(server.port()).equals(port))
                .findFirst()
                .orElseThrow();
    }

    /** Makes a replica the master; the old one becomes its replica. Returns when that is done. */
    public void failover() {
        var before = master();
        RedisServers.insist(
                () -> sentinels.getFirst().ask("SENTINEL", "FAILOVER", "mymaster"),
                () -> master() != before && "master".equals(master().info("role")),
                "another is the master");
    }
}
