package dev.portcullis.cluster;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Nodes in one process, for tests: each hears what is said to it on a thread of its own, in order. Words to all are kept until they are trimmed; nodes can be killed. */
public final class JoinedBuses implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(JoinedBuses.class.getName());
    private static final int NODE_BYTES = 16;

    private final List<Node> nodes = new ArrayList<>();

    // guarded by this
    private final List<Said> toAll = new ArrayList<>();
    private long lastPlace = 1_000;
    private long trimmed = lastPlace;
    private volatile boolean isCut;

    private record Said(long place, String topic, Bus.Words words) {}

    private record Delivery(String topic, Bus.Words words) {}

    /** Adds a node. */
    public synchronized Bus join() {
        var node = new Node();
        nodes.add(node);
        node.hearing.start();
        return node;
    }

    /** Forgets what was said to all. */
    public synchronized void trim() {
        toAll.clear();
        trimmed = lastPlace;
    }

    /** Nothing can be said from now on, or again. */
    public void cut(boolean off) {
        isCut = off;
    }

    /** A node is gone, and the others know it. */
    public void kill(Bus bus) {
        ((Node) bus).close();
    }

    /** Has a node miss words. */
    public void miss(Bus bus) {
        ((Node) bus).listeners.values().forEach(Bus.Listener::missed);
    }

    @Override
    public synchronized void close() {
        nodes.forEach(Node::close);
    }

    private synchronized String sayToAll(String from, String topic, byte[] bytes) {
        if (isCut) {
            throw new StoreException("the bus is cut");
        }
        String place = Long.toString(++lastPlace);
        var words = new Bus.Words(from, place, bytes);
        toAll.add(new Said(lastPlace, topic, words));
        nodes.forEach(node -> node.inbox.add(new Delivery(topic, words)));
        return place;
    }

    private final class Node implements Bus {
        private final String name = Randoms.base64Url(NODE_BYTES);
        private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
        private final BlockingQueue<Delivery> inbox = new LinkedBlockingQueue<>();
        private final Thread hearing = Thread.ofVirtual().name("bus").unstarted(this::hear);
        private volatile boolean live = true;
        private volatile String place = Long.toString(lastPlace);

        private void hear() {
            try {
                while (live) {
                    var delivery = inbox.take();
                    var listener = listeners.get(delivery.topic());
                    if (listener != null) {
                        tell(listener, delivery);
                    }
                    if (!delivery.words().place().isEmpty()) {
                        place = delivery.words().place();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static void tell(Listener listener, Delivery delivery) {
            try {
                listener.heard(delivery.words());
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a listener failed: " + delivery.topic(), e);
            }
        }

        @Override
        public String node() {
            return name;
        }

        @Override
        public boolean isAlone() {
            return false;
        }

        @Override
        public List<String> nodes() {
            synchronized (JoinedBuses.this) {
                return nodes.stream()
                        .filter(node -> node.live)
                        .map(Node::node)
                        .toList();
            }
        }

        @Override
        public boolean mayLive(String node) {
            return nodes().contains(node);
        }

        @Override
        public void listen(String topic, Listener listener) {
            listeners.put(topic, listener);
        }

        @Override
        public boolean post(String to, String topic, byte[] words) {
            if (isCut) {
                return false;
            }
            synchronized (JoinedBuses.this) {
                nodes.stream()
                        .filter(node -> node.name.equals(to))
                        .forEach(node -> node.inbox.add(new Delivery(topic, new Words(name, "", words))));
            }
            return true;
        }

        @Override
        public void tell(String to, String topic, byte[] words) {
            if (!post(to, topic, words)) {
                throw new StoreException("the bus is cut");
            }
        }

        @Override
        public boolean postAll(String topic, byte[] words) {
            if (!isCut) {
                sayToAll(name, topic, words);
            }
            return !isCut;
        }

        @Override
        public String tellAll(String topic, byte[] words) {
            return sayToAll(name, topic, words);
        }

        @Override
        public @Nullable List<Words> since(String from, String topic) {
            if (isCut) {
                throw new StoreException("the bus is cut");
            }
            synchronized (JoinedBuses.this) {
                long after = Long.parseLong(from);
                return after < trimmed
                        ? null
                        : toAll.stream()
                                .filter(said ->
                                        said.place() > after && said.topic().equals(topic))
                                .map(Said::words)
                                .toList();
            }
        }

        @Override
        public String place() {
            return place;
        }

        @Override
        public void close() {
            live = false;
            hearing.interrupt();
        }
    }
}
