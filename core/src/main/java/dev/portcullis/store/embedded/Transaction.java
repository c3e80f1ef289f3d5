package dev.portcullis.store.embedded;

import dev.portcullis.store.GrantStore.Revocation;
import java.util.ArrayList;
import java.util.List;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/** The changes of one write, so that one that fails half-way leaves nothing behind, and whom to tell when it is durable. Whoever has the turn only. */
final class Transaction {
    private final List<Change> changes = new ArrayList<>();
    private final List<Revocation> revocations = new ArrayList<>();

    byte @Nullable [] put(MVMap<byte[], byte[]> map, byte[] key, byte[] value) {
        byte[] before = map.put(key, value);
        changes.add(new Change(map, key, before));
        return before;
    }

    byte @Nullable [] remove(MVMap<byte[], byte[]> map, byte[] key) {
        byte[] before = map.remove(key);
        if (before != null) {
            changes.add(new Change(map, key, before));
        }
        return before;
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    void revoked(Revocation revocation) {
        revocations.add(revocation);
    }

    List<Revocation> revocations() {
        return revocations;
    }

    void undo() {
        for (Change change : changes.reversed()) {
            if (change.before == null) {
                change.map.remove(change.key);
            } else {
                change.map.put(change.key, change.before);
            }
        }
        changes.clear();
        revocations.clear();
    }

    private record Change(MVMap<byte[], byte[]> map, byte[] key, byte @Nullable [] before) {}
}
