package dev.portcullis.redis;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Sealer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Seals words, so that whoever reads Redis learns nothing of them, and whoever writes to it cannot put words into a node's mouth. Each node has a key of its own, since random nonces wear
 * out a key that all share for years. Any thread.
 */
final class BusSeal {
    private static final int KEYS_MAX = 1_000;

    private final MasterKey master;
    private final Map<String, Sealer> sealers = new ConcurrentHashMap<>();

    BusSeal(MasterKey master) {
        this.master = master;
    }

    /** @param to a node; empty: all */
    byte[] seal(String from, String to, String topic, byte[] words) {
        return sealer(from).seal(words, context(to, topic));
    }

    /** @return null if they were not said by this node, to this one, on this topic */
    byte @Nullable [] open(String from, String to, String topic, byte[] sealed) {
        return sealer(from).open(sealed, context(to, topic));
    }

    private Sealer sealer(String from) {
        if (sealers.size() >= KEYS_MAX) {
            sealers.clear(); // nodes that have gone; a key is made again in microseconds
        }
        return sealers.computeIfAbsent(from, node -> master.sealer("bus/1/" + node));
    }

    private static byte[] context(String to, String topic) {
        return (to + " " + topic).getBytes(StandardCharsets.UTF_8);
    }
}
