package dev.portcullis.store.archive;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is live in a store, as whole {@link Entry entries}. Nothing is changed by reading. Every method blocks, and throws {@link dev.portcullis.store.StoreException} when the
 * store cannot answer. Times are Unix seconds. One thread.
 */
public interface Archive extends AutoCloseable {
    /** Where {@link #page} begins. */
    String BEGINNING = "";

    /**
     * Some of the entries that are live. Whoever goes from {@link #BEGINNING} from page to page has seen each that was there all the while, each once if nothing writes
     * meanwhile. One goes at a time.
     *
     * @param place {@link #BEGINNING}, or {@link Page#next} of the page before; where there are {@link #version versions}, also one that was given to an earlier process
     * @param max how many are wanted; there may be fewer, or none, without this being the end
     */
    Page page(String place, int max, long nowSeconds);

    /** @return the entry of the same key as it stands here; null if there is none that is live */
    @Nullable
    Entry find(Entry like, long nowSeconds);

    /** @return about how many entries there are, for who wants to say how far they are; never less than 0 */
    long estimate(long nowSeconds);

    /** @return a text that is another after each change of the store; null if that is not to be known */
    @Nullable
    String version();

    /** @return the mark of a copy into this store that is not complete; null if there is none */
    @Nullable
    String mark();

    @Override
    void close();

    /**
     * Entries, and where to go on.
     *
     * @param next null: these were the last
     */
    record Page(List<Entry> entries, @Nullable String next) {
        public Page {
            entries = List.copyOf(entries);
        }
    }
}
