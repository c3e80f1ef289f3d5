package dev.portcullis.mcp.registry;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Carries the news of changes from authors to whoever tells clients. Listeners are called on the announcing thread, do not block, and stay for ever. */
public final class Changes {
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();

    public void listen(Consumer<Change> listener) {
        listeners.add(listener);
    }

    public void announce(Change change) {
        listeners.forEach(listener -> listener.accept(change));
    }

    /** What a resource holds has changed: clients that subscribed are told. */
    public void resourceUpdated(String uri) {
        announce(new Change.ResourceUpdated(uri));
    }
}
