package dev.portcullis.store.embedded;

import dev.portcullis.store.archive.Entry;
import dev.portcullis.store.archive.WritableArchive;
import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store in a file, or in memory, that a copy is put into. Each page is one durable write. */
public final class EmbeddedArchive implements WritableArchive {
    private final Writer writer;

    private EmbeddedArchive(Writer writer) {
        this.writer = writer;
    }

    /**
     * Opens a file, or makes it.
     *
     * @throws dev.portcullis.store.StoreException in use by another process, not writable, or damaged; the message names the file and says what to do
     */
    public static EmbeddedArchive open(Path file, Limits limits) {
        return over(() -> Database.open(file, limits.cacheMegabytes()), limits);
    }

    /** What has ended stays until a server sweeps it. */
    static EmbeddedArchive over(Supplier<Database> opener, Limits limits) {
        var writer = new Writer(opener, limits);
        writer.start();
        return new EmbeddedArchive(writer);
    }

    @Override
    public Page page(String place, int max, long nowSeconds) {
        return writer.database().read(tables -> Archiving.page(tables, place, max, nowSeconds));
    }

    @Override
    public @Nullable Entry find(Entry like, long nowSeconds) {
        return writer.database().<@Nullable Entry>read(tables -> Archiving.find(tables, like, nowSeconds));
    }

    @Override
    public long estimate(long nowSeconds) {
        return writer.database().read(tables -> Archiving.count(tables, nowSeconds));
    }

    @Override
    public String version() {
        return Long.toString(writer.database().version());
    }

    @Override
    public @Nullable String mark() {
        return writer.database().<@Nullable String>read(Tables::copyMark);
    }

    @Override
    public void put(List<Entry> entries, String mark) {
        writer.make((tables, tx) -> {
            entries.forEach(entry -> Archiving.put(tables, tx, entry));
            tables.markCopy(tx, mark);
        });
    }

    @Override
    public void remove(List<Entry> entries) {
        writer.make((tables, tx) -> entries.forEach(entry -> Archiving.remove(tables, tx, entry)));
    }

    @Override
    public void finish() {
        writer.make(Tables::unmarkCopy);
    }

    @Override
    public void close() {
        writer.close();
    }
}
