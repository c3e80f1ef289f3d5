package dev.portcullis.redis;

/** The keys of the bus: all in one hash slot, since one step touches several. */
record BusKeys(Redis redis) {
    private static final String TAG = "{bus}";

    /** Nodes, by the time of their last sign of life. */
    byte[] nodes() {
        return redis.key(TAG, "nodes");
    }

    byte[] all() {
        return redis.key(TAG, "all");
    }

    byte[] inbox(String node) {
        return redis.key(TAG, "to", node);
    }

    /** Number of the last word that a node has said. */
    byte[] said(String node) {
        return redis.key(TAG, "said", node);
    }
}
