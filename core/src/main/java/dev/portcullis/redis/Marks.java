package dev.portcullis.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.store.StoreException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Knows a store that has lost its data from one that never had any: marks with a random id stand in it, which this process remembers from when it saw them first. A master without them is not
 * believed: what is not there would be taken for revoked, and clients would throw away what a restored backup makes good again.
 *
 * <pre>
 *   never seen ──► there ──► missing: all commands fail ──► there again: restored
 *                    ▲                                 └──► another id: begun anew by a server that was started since
 *                    └─────────────────────────────────────────────────┘
 * </pre>
 *
 * In a cluster there is a mark in each band of hash slots, so that each master has some, wherever slots move; they move along. Any thread; each link looks at its own master.
 */
final class Marks {
    static final String LOST =
            "Redis came back without its data: restore it, or restart the servers to begin anew with an empty store";

    private static final Logger LOG = System.getLogger(Marks.class.getName());
    private static final int ID_BYTES = 16;
    private static final int WAIT_MILLIS = 2_000;
    /** A master with 127 slots in a row has one of them whole. */
    private static final int BAND_SLOTS = 64;

    private final List<byte[]> keys;
    private final CommandLinks links;
    private final Runnable onMoved;
    private final byte[] own = Randoms.base64Url(ID_BYTES).getBytes(US_ASCII);
    /** By the key's place in the list. */
    private final Map<Integer, String> known = new ConcurrentHashMap<>();
    /** Masters that had them, and have not. */
    private final Set<RedisAddress.Server> without = ConcurrentHashMap.newKeySet();

    private volatile boolean lost;

    /**
     * @param key adds the prefix
     * @param links knows which master has which key
     * @param onMoved who the masters are is to be looked up at once
     */
    Marks(boolean isCluster, Function<String[], byte[]> key, CommandLinks links, Runnable onMoved) {
        this.keys = isCluster ? oneInEachBand(key) : List.of(key.apply(new String[] {"mark"}));
        this.links = links;
        this.onMoved = onMoved;
    }

    private static List<byte[]> oneInEachBand(Function<String[], byte[]> key) {
        var found = new byte[SlotHash.SLOT_COUNT / BAND_SLOTS][];
        int missing = found.length;
        for (int i = 0; missing > 0; i++) {
            byte[] mark = key.apply(new String[] {"mark", "{" + i + "}"});
            int band = SlotHash.getSlot(mark) / BAND_SLOTS;
            if (found[band] == null) {
                found[band] = mark;
                missing--;
            }
        }
        return List.of(found);
    }

    /** @throws StoreException a master is without its data */
    void requireThere() {
        if (lost) {
            throw new StoreException(LOST);
        }
    }

    boolean isLost() {
        return lost;
    }

    /**
     * Looks at all marks of a master that has just been connected to, and writes those that were never seen. Blocks.
     *
     * @param commands to this very master: a connection that ends with its process
     * @throws StoreException it has lost its data; or it does not answer
     */
    void require(RedisAddress.Server master, RedisClusterAsyncCommands<byte[], byte[]> commands) {
        long until = untilNanos();
        var here = at(master);
        var found = get(here, commands, until);
        var unseen = here.stream()
                .filter(each -> !found.containsKey(each) && !known.containsKey(each))
                .toList();
        if (!unseen.isEmpty()) { // not at once: a server that is full takes no SET, even one that would change nothing
            var written = new ArrayList<RedisFuture<String>>();
            unseen.forEach(each -> written.add(commands.set(keys.get(each), own, SetArgs.Builder.nx())));
            written.forEach(each -> Redis.answer(each, until));
            found.putAll(get(unseen, commands, until));
        }
        if (!found.keySet().containsAll(here)) {
            throw missing(master);
        }
        boolean isAnother = found.entrySet().stream().anyMatch(each -> isAnother(each.getKey(), each.getValue()));
        known.putAll(found);
        there(master, isAnother);
    }

    private List<Integer> at(RedisAddress.Server master) {
        var here = new ArrayList<Integer>();
        for (int i = 0; i < keys.size(); i++) {
            if (isAt(i, master)) {
                here.add(i);
            }
        }
        return here;
    }

    private boolean isAt(int mark, RedisAddress.Server master) {
        try {
            return links.masterOf(keys.get(mark)).equals(master);
        } catch (StoreException e) {
            return false; // nobody has its slot
        }
    }

    private Map<Integer, String> get(
            List<Integer> marks, RedisClusterAsyncCommands<byte[], byte[]> commands, long until) {
        var answers = new ArrayList<RedisFuture<byte[]>>();
        marks.forEach(each -> answers.add(commands.get(keys.get(each))));
        var found = new HashMap<Integer, String>();
        for (int i = 0; i < answers.size(); i++) {
            byte[] id = Redis.answer(answers.get(i), until);
            if (id != null) {
                found.put(marks.get(i), text(id));
            }
        }
        return found;
    }

    private static long untilNanos() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS);
    }

    private static String text(byte[] id) {
        return new String(id, US_ASCII);
    }

    private boolean isAnother(int mark, String id) {
        String before = known.get(mark);
        return before != null && !before.equals(id);
    }

    /**
     * Asks a connected master for one of its marks. Does not block.
     *
     * @return waits for the answer; throws a StoreException if the link is to be made anew: the mark is missing or another, or there is no answer
     */
    Runnable look(RedisAddress.Server master, RedisClusterAsyncCommands<byte[], byte[]> commands) {
        for (int i = 0; i < keys.size(); i++) {
            if (known.containsKey(i) && isAt(i, master)) {
                int mark = i;
                var answer = commands.get(keys.get(i));
                return () -> judge(master, mark, answer);
            }
        }
        return () -> {}; // it has too few slots
    }

    private void judge(RedisAddress.Server master, int mark, RedisFuture<byte[]> answer) {
        byte[] id;
        try {
            id = Redis.answer(answer, untilNanos());
        } catch (StoreException e) {
            if (!isElsewhere(e)) {
                throw e;
            }
            onMoved.run(); // who has it now is asked for it from then on
            return;
        }
        if (id == null) {
            throw missing(master);
        }
        if (isAnother(mark, text(id))) {
            throw new StoreException("Redis has been emptied");
        }
    }

    /** Its slot has moved, or is on its way; or the cluster is down, and nothing can be read from it anyway. */
    private static boolean isElsewhere(StoreException e) {
        return Failures.isCode(e, "MOVED") || Failures.isCode(e, "ASK") || Failures.isCode(e, "CLUSTERDOWN");
    }

    private synchronized StoreException missing(RedisAddress.Server master) {
        if (without.add(master)) {
            LOG.log(Logger.Level.ERROR, "{0} ({1})", LOST, master);
        }
        lost = true;
        return new StoreException(LOST);
    }

    private synchronized void there(RedisAddress.Server master, boolean isAnother) {
        if (isAnother) {
            LOG.log(
                    Logger.Level.WARNING,
                    "Redis at {0} has begun anew: what was stored is gone, and a server was started since",
                    master);
        } else if (without.contains(master)) {
            LOG.log(Logger.Level.INFO, "Redis at {0} has its data again", master);
        }
        forget(master);
    }

    /** It is a master no more. */
    synchronized void forget(RedisAddress.Server master) {
        without.remove(master);
        lost = !without.isEmpty();
    }
}
