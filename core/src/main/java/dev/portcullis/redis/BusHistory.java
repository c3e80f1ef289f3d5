package dev.portcullis.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.portcullis.cluster.Bus.Words;
import dev.portcullis.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Looks back at words to all. What was looked at is remembered, and only what came later is read the next time: when a node has gone and thousands of its clients come back elsewhere, each to say
 * where it stands, Redis is not made to go through all words for each of them. Any thread; blocks.
 */
final class BusHistory {
    private static final Script SINCE = Script.reading(BusHistory.class, "bus-since.lua");

    private final Redis redis;
    private final BusKeys keys;
    private final BusSeal seal;
    private final BusReader reader;
    private final BusLimits limits;
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();

    /**
     * @param reader says when what is remembered may be wrong
     * @param limits how many words of a topic are remembered: as many as Redis keeps
     */
    BusHistory(Redis redis, BusKeys keys, BusSeal seal, BusReader reader, BusLimits limits) {
        this.redis = redis;
        this.keys = keys;
        this.seal = seal;
        this.reader = reader;
        this.limits = limits;
    }

    /**
     * Words on a topic that came after a place, oldest first.
     *
     * @return null if some of them are not known any more
     * @throws StoreException Redis cannot be asked now
     */
    @Nullable
    List<Words> since(Place place, String topic) {
        return topics.computeIfAbsent(topic, Topic::new).since(place);
    }

    private record Word(Place place, Words said) {}

    /**
     * Some words in a row.
     *
     * @param from the place before the first
     * @param to the place of the last, on whatever topic
     * @param missed how often words had been lost before they were read
     * @param words those on the topic
     */
    private record Stretch(Place from, Place to, long missed, List<Word> words) {
        Stretch {
            words = List.copyOf(words);
        }

        boolean beginsBy(Place place) {
            return from.made() == place.made() && !place.isBefore(from);
        }

        Stretch and(Stretch next, int wordsMax) {
            if (next.words.isEmpty()) {
                return new Stretch(from, next.to, missed, words);
            }
            var all = new ArrayList<>(words);
            all.addAll(next.words);
            int over = Math.max(0, all.size() - wordsMax);
            Place begin = over == 0 ? from : all.get(over - 1).place;
            return new Stretch(begin, next.to, missed, all.subList(over, all.size()));
        }

        /** @return null: it has ended before */
        @Nullable
        List<Words> after(Place place) {
            if (to.isBefore(place)) {
                return null;
            }
            int first = words.size();
            while (first > 0 && place.isBefore(words.get(first - 1).place)) {
                first--;
            }
            return words.stream().skip(first).map(Word::said).toList();
        }
    }

    /** One looks back at a time. */
    private final class Topic {
        private final String name;
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable Stretch known;

        private Topic(String name) {
            this.name = name;
        }

        private @Nullable List<Words> since(Place place) {
            begin();
            try {
                if (known != null) {
                    known = goneOn(known);
                }
                if (known != null && known.beginsBy(place)) {
                    return known.after(place);
                }
                var longer = read(place);
                known = longer == null ? known : longer;
                return longer == null ? null : longer.after(place);
            } finally {
                lock.unlock();
            }
        }

        /** @return null: it is not known how */
        private @Nullable Stretch goneOn(Stretch earlier) {
            if (earlier.missed != reader.missed()) {
                return null;
            }
            var later = read(earlier.to);
            return later == null || later.missed != earlier.missed ? null : earlier.and(later, limits.keptMax());
        }

        private void begin() {
            try {
                if (!lock.tryLock(redis.commandMillis(), TimeUnit.MILLISECONDS)) {
                    throw new StoreException("too many look back at what nodes have said");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreException("interrupted while looking back at what nodes have said", e);
            }
        }

        /** @return null if some of what came after it is not kept */
        private @Nullable Stretch read(Place from) {
            long missed = reader.missed();
            var answer =
                    redis.run(SINCE, new byte[][] {keys.all()}, from.toString().getBytes(UTF_8), name.getBytes(UTF_8));
            if (answer.isEmpty()) {
                return null;
            }
            var words = new ArrayList<Word>();
            for (int i = 1; i < answer.size(); i += 3) {
                String speaker = text(answer.get(i + 1));
                byte[] opened = seal.open(speaker, "", name, (byte[]) answer.get(i + 2));
                if (opened == null) {
                    return null;
                }
                String place = text(answer.get(i));
                words.add(new Word(Place.parse(place), new Words(speaker, place, opened)));
            }
            return new Stretch(from, Place.parse(text(answer.getFirst())), missed, words);
        }

        private static String text(Object bytes) {
            return new String((byte[]) bytes, UTF_8);
        }
    }
}
