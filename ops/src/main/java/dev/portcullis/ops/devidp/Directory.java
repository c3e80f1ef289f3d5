package dev.portcullis.ops.devidp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The company's directory as it is now: who was removed since they signed in, and who has other groups or another address. Everybody else is as they were picked or typed.
 * People are known by the address they sign in with, which stays when they are given another one, as {@code sub} does. Bounded; state is guarded by {@code lock}.
 */
public final class Directory {
    private static final int ENTRIES_MAX = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /**
     * Somebody who is known.
     *
     * @param signsInAs as they are picked or typed
     * @param now as they are told of now
     */
    record Entry(Person signsInAs, Person now, boolean isRemoved) {
        boolean isChanged() {
            return isRemoved || !now.equals(signsInAs);
        }
    }

    /** @param people who are there from the start */
    Directory(List<Person> people) {
        people.forEach(person -> entries.put(person.email(), new Entry(person, person, false)));
    }

    /** Refuses a person from now on: signing in, and each refresh. */
    public void remove(String email) {
        put(email, entry -> new Entry(entry.signsInAs, entry.now, true));
    }

    /** Lets a removed person in again, as they were. */
    public void restore(String email) {
        put(email, entry -> new Entry(entry.signsInAs, entry.now, false));
    }

    /** Gives a person these groups, and no others. */
    public void setGroups(String email, List<String> groups) {
        put(
                email,
                entry -> new Entry(
                        entry.signsInAs, new Person(entry.now.email(), entry.now.name(), groups), entry.isRemoved));
    }

    /** Tells of another address; the person and their {@code sub} stay the same. */
    public void setEmail(String email, String next) {
        put(
                email,
                entry -> new Entry(
                        entry.signsInAs, new Person(next, entry.now.name(), entry.now.groups()), entry.isRemoved));
    }

    /** Everybody is there, and as they were. */
    public void reset() {
        lock.lock();
        try {
            entries.replaceAll((_, entry) -> new Entry(entry.signsInAs, entry.signsInAs, false));
        } finally {
            lock.unlock();
        }
    }

    /** @return the person as they are now; null if they were removed */
    @Nullable
    Person now(Person signsInAs) {
        lock.lock();
        try {
            Entry entry = entries.get(signsInAs.email());
            if (entry == null || !entry.isChanged()) {
                return signsInAs;
            }
            return entry.isRemoved ? null : entry.now;
        } finally {
            lock.unlock();
        }
    }

    /** Remembers who signed in, so that the page can offer to remove them. */
    void saw(Person person) {
        lock.lock();
        try {
            if (entries.size() < ENTRIES_MAX) {
                entries.putIfAbsent(person.email(), new Entry(person, person, false));
            }
        } finally {
            lock.unlock();
        }
    }

    List<Entry> entries() {
        lock.lock();
        try {
            return new ArrayList<>(entries.values());
        } finally {
            lock.unlock();
        }
    }

    private void put(String email, UnaryOperator<Entry> change) {
        lock.lock();
        try {
            Entry known = entries.get(email);
            if (known == null) {
                Person unseen = new Person(email, email, List.of());
                known = new Entry(unseen, unseen, false);
                if (entries.size() >= ENTRIES_MAX) {
                    throw new IllegalStateException("the directory is full: " + ENTRIES_MAX);
                }
            }
            entries.put(email, change.apply(known));
        } finally {
            lock.unlock();
        }
    }
}
