package dev.portcullis.cluster;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.store.StoreException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Nodes of one process, joined without a network: words travel as between processes, each node hears on a thread of its own, and links can be cut. Any thread. */
public final class JoinedBuses implements AutoCloseable {
    /** Nodes that have not gone, by name; guarded by this. */
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    /** Words to all; the first has place 1. Guarded by this. */
    private final List<Said> all = new ArrayList<>();

    private int forgotten;

    private record Said(String topic, Bus.Words words) {}

    /** One more node. */
    public Node join() {
        var node = new Node();
        synchronized (this) {
            nodes.put(node.name, node);
        }
        node.hearing.start();
        return node;
    }

    /** Words to all that were said so far are kept no more. */
    public synchronized void forgetWords() {
        forgotten = all.size();
    }

    private synchronized @Nullable Node find(String name) {
        return nodes.get(name);
    }

    private synchronized List<Node> present() {
        return List.copyOf(nodes.values());
    }

    @Override
    public void close() {
        present().forEach(Node::close);
    }

    /** One of them. */
    public final class Node implements Bus {
        private final String name = Randoms.base64Url(16);
        private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
        private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
        private final Thread hearing = Thread.ofVirtual().name("bus").unstarted(this::hear);
        private final Set<String> overlooked = ConcurrentHashMap.newKeySet();
        private volatile @Nullable List<Runnable> held;
        private volatile boolean isCut;
        private volatile boolean isGone;
        private volatile int heard;

        private void hear() {
            try {
                while (!isGone) {
                    inbox.take().run();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // closed
            }
        }

        /** From now on it can say nothing to others. */
        public void cut() {
            isCut = true;
        }

        public void mend() {
            isCut = false;
        }

        /** From now on it hears nothing until told to; nothing is lost. @return lets it hear again */
        public Runnable plugEars() {
            var unplugged = new CountDownLatch(1);
            inbox.add(() -> {
                try {
                    unplugged.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // closed
                }
            });
            return unplugged::countDown;
        }

        /** From now on what it says to one other, or posts to all, waits. @return sends it, and lets it say more */
        public Runnable holdWords() {
            var mine = new CopyOnWriteArrayList<Runnable>();
            held = mine;
            return () -> {
                held = null;
                mine.forEach(Runnable::run);
            };
        }

        private boolean hold(Runnable saying) {
            var now = held;
            return now != null && now.add(saying);
        }

        /** From now on it does not know that the other is there. */
        public void overlook(Node other) {
            overlooked.add(other.name);
        }

        /** Tells all its listeners that words may have been missed. */
        public void miss() {
            inbox.add(() -> listeners.values().forEach(Listener::missed));
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
            return present().stream()
                    .map(Node::node)
                    .filter(each -> !overlooked.contains(each))
                    .toList();
        }

        @Override
        public boolean mayLive(String other) {
            return find(other) != null;
        }

        @Override
        public void listen(String topic, Listener listener) {
            if (listeners.putIfAbsent(topic, listener) != null) {
                throw new IllegalStateException("two listen to " + topic);
            }
        }

        @Override
        public boolean post(String to, String topic, byte[] words) {
            if (isCut || isGone) {
                return false;
            }
            var node = find(to);
            if (node != null) {
                Runnable saying = () -> node.deliver(topic, new Words(name, "", words.clone()));
                if (!hold(saying)) {
                    saying.run();
                }
            }
            return true;
        }

        @Override
        public void tell(String to, String topic, byte[] words) {
            if (!post(to, topic, words)) {
                throw new StoreException("cut on purpose");
            }
        }

        @Override
        public boolean postAll(String topic, byte[] words) {
            if (isCut || isGone) {
                return false;
            }
            if (!hold(() -> tellAll(topic, words))) {
                tellAll(topic, words);
            }
            return true;
        }

        @Override
        public String tellAll(String topic, byte[] words) {
            if (isCut || isGone) {
                throw new StoreException("cut on purpose");
            }
            synchronized (JoinedBuses.this) {
                var said = new Said(topic, new Words(name, Integer.toString(all.size() + 1), words.clone()));
                all.add(said);
                nodes.values().forEach(node -> node.deliver(topic, said.words()));
                return said.words().place();
            }
        }

        private void deliver(String topic, Words words) {
            inbox.add(() -> {
                var listener = listeners.get(topic);
                if (listener != null) {
                    listener.heard(words);
                }
                if (!words.place().isEmpty()) {
                    heard = Integer.parseInt(words.place());
                }
            });
        }

        @Override
        public @Nullable List<Words> since(String place, String topic) {
            int after = Integer.parseInt(place);
            synchronized (JoinedBuses.this) {
                return after < forgotten
                        ? null
                        : all.subList(after, all.size()).stream()
                                .filter(said -> said.topic().equals(topic))
                                .map(Said::words)
                                .toList();
            }
        }

        @Override
        public String place() {
            return Integer.toString(heard);
        }

        /** As if its process had been killed. */
        @Override
        public void close() {
            isGone = true;
            synchronized (JoinedBuses.this) {
                nodes.remove(name);
            }
            hearing.interrupt();
        }
    }
}
