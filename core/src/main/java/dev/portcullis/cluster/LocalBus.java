package dev.portcullis.cluster;

import dev.portcullis.crypto.Randoms;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The bus of a server that is alone: what is said is heard at once, by whoever says it. Keeps nothing. */
public final class LocalBus implements Bus {
    private static final int NODE_BYTES = 16;

    private final String node = Randoms.base64Url(NODE_BYTES);
    private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
    private final AtomicLong places = new AtomicLong();

    @Override
    public String node() {
        return node;
    }

    @Override
    public boolean isAlone() {
        return true;
    }

    @Override
    public List<String> nodes() {
        return List.of(node);
    }

    @Override
    public boolean mayLive(String other) {
        return other.equals(node);
    }

    @Override
    public void listen(String topic, Listener listener) {
        listeners.put(topic, listener);
    }

    @Override
    public boolean post(String to, String topic, byte[] words) {
        if (to.equals(node)) {
            hear(topic, "", words);
        }
        return true;
    }

    @Override
    public void tell(String to, String topic, byte[] words) {
        post(to, topic, words);
    }

    @Override
    public boolean postAll(String topic, byte[] words) {
        tellAll(topic, words);
        return true;
    }

    @Override
    public String tellAll(String topic, byte[] words) {
        String place = Long.toString(places.incrementAndGet());
        hear(topic, place, words);
        return place;
    }

    private void hear(String topic, String place, byte[] words) {
        var listener = listeners.get(topic);
        if (listener != null) {
            listener.heard(new Words(node, place, words));
        }
    }

    @Override
    public @Nullable List<Words> since(String place, String topic) {
        return place.equals(place()) ? List.of() : null;
    }

    @Override
    public String place() {
        return Long.toString(places.get());
    }

    @Override
    public void close() {}
}
