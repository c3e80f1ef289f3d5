package dev.portcullis.ops.devidp;

import dev.portcullis.crypto.Randoms;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Random handles that stand for values, for a while: codes and access tokens. Bounded: the oldest gives way. State is guarded by {@code lock}. */
final class OneTimeTable<V> {
    private final int entriesMax;
    private final long lifeMillis;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Entry<V>> entries = new LinkedHashMap<>();

    private record Entry<V>(V value, long expiresAtMillis) {}

    OneTimeTable(int entriesMax, int lifeSeconds, InstantSource clock) {
        this.entriesMax = entriesMax;
        this.lifeMillis = lifeSeconds * 1000L;
        this.clock = clock;
    }

    /** @return the new handle, of 256 random bits */
    String put(V value) {
        String handle = Randoms.base64Url(32);
        lock.lock();
        try {
            if (entries.size() >= entriesMax) {
                Iterator<String> oldest = entries.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
            entries.put(handle, new Entry<>(value, clock.millis() + lifeMillis));
        } finally {
            lock.unlock();
        }
        return handle;
    }

    /** @return null if there is no such handle, or its time is over */
    @Nullable
    V find(String handle) {
        lock.lock();
        try {
            return live(entries.get(handle));
        } finally {
            lock.unlock();
        }
    }

    /** Finds for the last time: the handle is spent by this call. */
    @Nullable
    V take(String handle) {
        lock.lock();
        try {
            return live(entries.remove(handle));
        } finally {
            lock.unlock();
        }
    }

    private @Nullable V live(@Nullable Entry<V> entry) {
        return entry == null || entry.expiresAtMillis <= clock.millis() ? null : entry.value;
    }
}
