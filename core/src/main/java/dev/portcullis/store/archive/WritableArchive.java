package dev.portcullis.store.archive;

import java.util.List;

/**
 * A store that a copy is put into. While that is unfinished there is a mark in it, which says of what copy it is and how far that has come; no server opens a store
 * that bears one. One thread, and nobody else meanwhile.
 */
public interface WritableArchive extends Archive {
    /**
     * Puts entries, each in place of all that stands under its key, and then the mark, in place of the one before. Durable when it returns. After a failure some of them
     * may be there, with the mark of before; putting them again is safe.
     */
    void put(List<Entry> entries, String mark);

    /** Removes entries, with all that belongs to them; only their keys are looked at. */
    void remove(List<Entry> entries);

    /** The copy is complete: takes the mark away. */
    void finish();
}
