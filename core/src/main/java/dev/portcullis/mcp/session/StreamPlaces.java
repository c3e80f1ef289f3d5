package dev.portcullis.mcp.session;

import dev.portcullis.identity.Person;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many streams are open, for each person and in all (T-32). A person without one is not in the table. Any thread. */
final class StreamPlaces {
    private final int most;
    private final int perPersonMax;
    private final Map<Person, Integer> byPerson = new HashMap<>();
    private int taken;
    private boolean closed;

    StreamPlaces(int most, int perPersonMax) {
        this.most = most;
        this.perPersonMax = perPersonMax;
    }

    /** @return gives the place back, once however often it is run; null if there is none */
    synchronized @Nullable Runnable take(Person person) {
        int before = byPerson.getOrDefault(person, 0);
        if (closed || taken >= most || before >= perPersonMax) {
            return null;
        }
        taken++;
        byPerson.put(person, before + 1);
        return new Place(person);
    }

    /** The server ends: no more are given. */
    synchronized void close() {
        closed = true;
    }

    private synchronized void free(Place place) {
        if (!place.free) {
            place.free = true;
            taken--;
            byPerson.computeIfPresent(place.person, (_, places) -> places == 1 ? null : places - 1);
        }
    }

    synchronized int taken() {
        return taken;
    }

    private final class Place implements Runnable {
        private final Person person;
        private boolean free;

        Place(Person person) {
            this.person = person;
        }

        @Override
        public void run() {
            free(this);
        }
    }
}
