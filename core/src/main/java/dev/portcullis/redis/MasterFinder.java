package dev.portcullis.redis;

import dev.portcullis.store.StoreException;
import java.util.List;

/** Knows which servers are masters now. One thread; blocks for about a second at most. */
interface MasterFinder extends AutoCloseable {
    /**
     * What was found.
     *
     * @param masters in a fixed order
     * @param slots in a cluster, the master of each hash slot, null where there is none; empty elsewhere: the one master has all
     * @param certain whether as many agree as would have to agree on another
     */
    record Found(List<RedisAddress.Server> masters, List<RedisAddress.Server> slots, boolean certain) {
        static Found one(RedisAddress.Server master, boolean certain) {
            return new Found(List.of(master), List.of(), certain);
        }
    }

    /** @throws StoreException nobody can be asked, or knows */
    Found find();

    @Override
    void close();

    /** Where there is one server only, it is the master. */
    record Fixed(RedisAddress.Server server) implements MasterFinder {
        @Override
        public Found find() {
            return Found.one(server, true);
        }

        @Override
        public void close() {}
    }
}
