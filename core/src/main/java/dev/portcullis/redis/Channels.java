package dev.portcullis.redis;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** What is listened to, by channel. Any thread; one at a time tells a listener. */
final class Channels {
    private final Map<ByteBuffer, Consumer<byte[]>> listeners = new ConcurrentHashMap<>();
    private final ReentrantLock telling = new ReentrantLock();
    private final AtomicInteger version = new AtomicInteger();

    void listen(byte[] channel, Consumer<byte[]> listener) {
        telling.lock();
        try {
            listeners.put(ByteBuffer.wrap(channel), listener);
            version.incrementAndGet();
        } finally {
            telling.unlock();
        }
    }

    /** Grows with each channel: what was subscribed to at an earlier one is not all. */
    int version() {
        return version.get();
    }

    byte[][] names() {
        return listeners.keySet().stream().map(ByteBuffer::array).toArray(byte[][]::new);
    }

    void tell(byte[] channel, byte[] words) {
        var listener = listeners.get(ByteBuffer.wrap(channel));
        if (listener != null) {
            telling.lock();
            try {
                listener.accept(words);
            } finally {
                telling.unlock();
            }
        }
    }
}
