package dev.portcullis.store.embedded;

import dev.portcullis.store.archive.Archive;
import dev.portcullis.store.archive.Entry;
import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A store in a file, to be read and nothing else; no server can open the file meanwhile. */
public final class FileArchive implements Archive {
    private final Database database;

    private FileArchive(Database database) {
        this.database = database;
    }

    /**
     * Opens a file that a server wrote. One that was not closed in order is first mended as a server would at its start; besides that nothing of it changes.
     *
     * @throws dev.portcullis.store.StoreException not there, in use by a server, or damaged; the message names the file and says what to do
     */
    public static FileArchive open(Path file, Limits limits) {
        return new FileArchive(Database.openToRead(file, limits.cacheMegabytes()));
    }

    @Override
    public Page page(String place, int max, long nowSeconds) {
        return database.read(tables -> Archiving.page(tables, place, max, nowSeconds));
    }

    @Override
    public @Nullable Entry find(Entry like, long nowSeconds) {
        return database.<@Nullable Entry>read(tables -> Archiving.find(tables, like, nowSeconds));
    }

    @Override
    public long estimate(long nowSeconds) {
        return database.read(tables -> Archiving.count(tables, nowSeconds));
    }

    @Override
    public String version() {
        return Long.toString(database.version());
    }

    @Override
    public @Nullable String mark() {
        return database.<@Nullable String>read(Tables::copyMark);
    }

    @Override
    public void close() {
        database.abandon(); // there is nothing to write
    }
}
