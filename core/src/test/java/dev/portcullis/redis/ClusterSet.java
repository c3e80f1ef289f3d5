package dev.portcullis.redis;

import io.lettuce.core.cluster.SlotHash;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What {@link RedisServers#cluster} started. */
public final class ClusterSet {
    private final List<RedisServer> nodes;

    ClusterSet(List<RedisServer> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    public String url() {
        return "redis-cluster://"
                + String.join(",", nodes.stream().map(RedisServer::address).toList());
    }

    public List<RedisServer> nodes() {
        return nodes;
    }

    /** The masters that can be asked now. */
    public List<RedisServer> masters() {
        return nodes.stream().filter(node -> role(node).equals("master")).toList();
    }

    private static String role(RedisServer node) {
        try {
            return Objects.requireNonNull(node.info("role"));
        } catch (UncheckedIOException e) {
            return "gone";
        }
    }

    boolean isWhole() {
        return nodes.stream()
                        .allMatch(node -> node.ask("CLUSTER", "INFO").contains("cluster_state:ok")
                                && node.ask("CLUSTER", "INFO").contains("cluster_known_nodes:6"))
                && masters().size() == 3
                && nodes.stream()
                        .filter(node -> role(node).equals("slave"))
                        .allMatch(node -> "up".equals(node.info("master_link_status")));
    }

    /** The master of a key's slot, as the nodes say. */
    public RedisServer masterOf(String key) {
        int slot = SlotHash.getSlot(key);
        for (var node : masters()) {
            for (String line : node.ask("CLUSTER", "NODES").lines().toList()) {
                if (line.contains("myself") && has(line, slot)) {
                    return node;
                }
            }
        }
        throw new IllegalStateException("nobody has " + key);
    }

    private static boolean has(String line, int slot) {
        String[] fields = line.split(" ", -1);
        for (int i = 8; i < fields.length; i++) {
            String[] ends = fields[i].split("-", -1);
            if (!fields[i].startsWith("[")
                    && Integer.parseInt(ends[0]) <= slot
                    && slot <= Integer.parseInt(ends[ends.length - 1])) {
                return true;
            }
        }
        return false;
    }

    /** Has a replica take the place of this master, which becomes a replica. */
    public void failover(RedisServer master) {
        String id = master.ask("CLUSTER", "MYID");
        var replica = nodes.stream()
                .filter(node -> node != master
                        && node.ask("CLUSTER", "NODES").lines().anyMatch(line -> line.contains("myself,slave " + id)))
                .findFirst()
                .orElseThrow();
        RedisServers.insist(
                () -> replica.ask("CLUSTER", "FAILOVER"),
                () -> role(replica).equals("master") && role(master).equals("slave"),
                "the replica takes over");
    }

    /** Moves the slot of a key to another master, with all keys in it; in between it is on its way for a while. */
    public void migrate(String key) {
        int slot = SlotHash.getSlot(key);
        String number = Integer.toString(slot);
        var from = masterOf(key);
        var to = masters().stream().filter(node -> node != from).findFirst().orElseThrow();
        String fromId = from.ask("CLUSTER", "MYID");
        String toId = to.ask("CLUSTER", "MYID");
        to.ask("CLUSTER", "SETSLOT", number, "IMPORTING", fromId);
        from.ask("CLUSTER", "SETSLOT", number, "MIGRATING", toId);
        for (String keys = keysIn(from, number); !keys.isEmpty(); keys = keysIn(from, number)) {
            var command = new ArrayList<String>(
                    List.of("MIGRATE", "127.0.0.1", Integer.toString(to.port()), "", "0", "5000", "KEYS"));
            command.addAll(keys.lines().toList());
            from.ask(command.toArray(String[]::new));
        }
        to.ask("CLUSTER", "SETSLOT", number, "NODE", toId);
        from.ask("CLUSTER", "SETSLOT", number, "NODE", toId);
        masters().forEach(node -> node.ask("CLUSTER", "SETSLOT", number, "NODE", toId));
    }

    private static String keysIn(RedisServer node, String slot) {
        return node.ask("CLUSTER", "GETKEYSINSLOT", slot, "10");
    }
}
