package dev.portcullis.store.embedded;

import dev.portcullis.store.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Function;
import java.util.function.Supplier;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/**
 * The opened MVStore and its tables. Reads: any thread, without a lock, while the writer goes on. Everything else: whoever has the turn to change it.
 *
 * <p>MVStore itself never writes of its own accord here, neither in the background nor when much is unsaved: what reaches the file is what {@link #commit} was
 * called for, whole writes only.
 */
final class Database {
    private static final int FORMAT = 1;

    /** In the header of a file from its closing to the next write. */
    private static final String CLOSED_IN_ORDER = "clean";

    private static final int PAGE_BYTES = 2048;

    /**
     * Compaction keeps the parts of the file this full of what is still of use: the file is two to three times what is stored. The fuller they are kept, the more of what
     * is written is what was there before.
     */
    private static final int FILL_PERCENT = 40;

    private static final int COMPACT_FROM_BYTES = 1 << 20;
    private static final int COMPACT_STEP_BYTES = 16 << 20;

    private final MVStore store;
    private final Tables tables;
    private long changedBytes;

    private Database(MVStore store) {
        this.store = store;
        tables = new Tables(store);
    }

    /** In memory only: gone with the process. */
    static Database inMemory() {
        return new Database(builder().open());
    }

    /**
     * Opens a file, or makes a new one that only its owner may read; makes missing folders.
     *
     * @throws StoreException in use by another process, not writable, damaged or of a newer format; the message names the file and says what to do
     */
    static Database open(Path path, int cacheMegabytes) {
        return open(path, cacheMegabytes, UninterruptibleFilePath::nameOf);
    }

    /** @param nameOf how MVStore is to be told the file: tests put a disk of their own under it */
    static Database open(Path path, int cacheMegabytes, Function<Path, String> nameOf) {
        Path file = path.toAbsolutePath().normalize();
        prepare(file);
        MVStore store =
                openWhole(file, () -> builder().fileName(nameOf.apply(file)).cacheSize(cacheMegabytes));
        try {
            checkFormat(store, file);
            markInUse(store);
            // What nothing refers to any more may be overwritten at once: every version is on the disk before the next
            // begins, and readers announce themselves.
            store.setRetentionTime(0);
            return new Database(store);
        } catch (RuntimeException e) {
            store.closeImmediately();
            throw e instanceof MVStoreException damage ? explained(file, damage) : e;
        }
    }

    /**
     * Opens a file that is there, such that nothing of it changes and no server can open it meanwhile. One that was not closed in order is first opened and closed as
     * by a server, which finds its newest whole version.
     *
     * @throws StoreException as {@link #open(Path, int)}; also if there is no such file
     */
    static Database openToRead(Path path, int cacheMegabytes) {
        Path file = path.toAbsolutePath().normalize();
        if (!Files.isRegularFile(file)) {
            throw new StoreException("there is no store " + file);
        }
        Supplier<MVStore.Builder> builder = () -> builder()
                .fileName(UninterruptibleFilePath.nameOf(file))
                .cacheSize(cacheMegabytes)
                .readOnly();
        try {
            MVStore store = builder.get().open();
            if (!store.getStoreHeader().containsKey(CLOSED_IN_ORDER)) {
                store.closeImmediately();
                open(file, cacheMegabytes).close();
                store = builder.get().open();
            }
            try {
                checkFormat(store, file);
                return new Database(store);
            } catch (RuntimeException e) {
                store.closeImmediately();
                throw e;
            }
        } catch (MVStoreException e) {
            throw explained(file, e);
        } catch (IllegalArgumentException e) {
            throw new StoreException("the store " + file + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /**
     * Opens the file at its newest whole version. A file that was not closed is searched from end to end for it first: MVStore's quick way goes by the header,
     * and after a power cut that may name a chunk that was overwritten since.
     */
    private static MVStore openWhole(Path file, Supplier<MVStore.Builder> builder) {
        try {
            boolean isNew = Files.size(file) == 0;
            try {
                MVStore store = builder.get().open();
                if (isNew || store.getStoreHeader().containsKey(CLOSED_IN_ORDER)) {
                    return store;
                }
                store.closeImmediately();
            } catch (MVStoreException e) {
                if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                    throw e;
                }
            }
            long recovered = recover(builder.get().recoveryMode().open());
            MVStore store = builder.get().open();
            if (store.getCurrentVersion() < recovered) {
                store.closeImmediately();
                throw new StoreException("the store " + file + " is damaged: restore it from a backup");
            }
            return store;
        } catch (MVStoreException e) {
            throw explained(file, e);
        } catch (IOException | IllegalArgumentException e) {
            throw new StoreException("the store " + file + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /**
     * Writes the version that was found behind all others and has the header name it. Twice, and with no version kept, so that it mentions no chunk that was
     * overwritten since: such a mention would lead the next opening astray.
     */
    private static long recover(MVStore found) {
        found.setReuseSpace(false);
        found.setRetentionTime(0);
        found.setVersionsToKeep(0);
        for (int i = 0; i < 2; i++) {
            touch(found);
        }
        long version = found.getCurrentVersion();
        close(found);
        return version;
    }

    /** Takes the header's word that the file was closed, for good, before anything in it is overwritten. */
    private static void markInUse(MVStore store) {
        store.setReuseSpace(false);
        touch(store);
        store.sync(); // the header too
        store.setReuseSpace(true);
    }

    /** A new version that says what the last one did. */
    private static void touch(MVStore store) {
        store.setStoreVersion(store.getStoreVersion());
        store.commit();
        store.sync();
    }

    private static void close(MVStore store) {
        store.commit();
        store.sync();
        store.close();
    }

    private static MVStore.Builder builder() {
        return new MVStore.Builder()
                .autoCommitDisabled()
                .autoCommitBufferSize(0)
                .pageSplitSize(PAGE_BYTES);
    }

    private static void prepare(Path file) {
        try {
            Path folder = file.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            if (Files.isDirectory(file)) {
                throw new StoreException("the store " + file + " is a folder: name a file in it");
            }
            if (create(file) && folder != null) {
                syncFolder(folder);
            }
            if (!Files.isReadable(file) || !Files.isWritable(file)) {
                throw new StoreException("the store " + file
                        + " cannot be read and written by this user: change its owner or permissions");
            }
        } catch (IOException e) {
            throw new StoreException("the store " + file + " cannot be created: " + e, e);
        }
    }

    /** @return false if the file was there; its permissions are then its owner's affair */
    private static boolean create(Path file) throws IOException {
        try {
            if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** A new file outlives a power cut only if its folder's entry does. */
    private static void syncFolder(Path folder) {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Some systems let nobody open a folder; they keep its entries safe themselves.
            System.getLogger(Database.class.getName())
                    .log(System.Logger.Level.DEBUG, "cannot sync the folder {0}: {1}", folder, e.getMessage());
        }
    }

    private static void checkFormat(MVStore store, Path file) {
        if (store.getMapNames().isEmpty()) {
            store.setStoreVersion(FORMAT);
        } else if (store.getStoreVersion() != FORMAT || !store.hasMap("grants")) {
            throw new StoreException(
                    "the store " + file + " is not of a format that this server knows (found " + store.getStoreVersion()
                            + ", expected " + FORMAT + "): name another file or run the server that wrote it");
        }
    }

    private static StoreException explained(Path file, MVStoreException e) {
        String reason = switch (e.getErrorCode()) {
            case DataUtils.ERROR_FILE_LOCKED ->
                "is in use by another process: stop that one, or give each a file of its own";
            case DataUtils.ERROR_FILE_CORRUPT, DataUtils.ERROR_UNSUPPORTED_FORMAT ->
                "is damaged or not a store: restore it from a backup, or move it away to begin anew";
            default -> "cannot be opened: " + e.getMessage();
        };
        return new StoreException("the store " + file + ' ' + reason, e);
    }

    /** Runs a look-up on the caller's thread; what it may still read is not overwritten meanwhile. */
    <T extends @Nullable Object> T read(Function<Tables, T> lookUp) {
        var use = store.registerVersionUsage();
        try {
            return lookUp.apply(tables);
        } catch (MVStoreException e) {
            throw new StoreException("the store cannot be read", e);
        } finally {
            store.deregisterVersionUsage(use);
        }
    }

    Tables tables() {
        return tables;
    }

    /** Makes what was changed since the last commit durable, all of it or nothing: after this neither a kill nor a power cut takes it back. */
    void commit() {
        if (store.hasUnsavedChanges()) {
            changedBytes += store.isPersistent() ? store.getUnsavedMemory() : 0;
            store.commit();
            store.sync();
        }
    }

    /**
     * When about a mebibyte has been written, gathers as much of what is still of use from mostly outdated parts of the file, so that their space can be written
     * again: work in step with the writes, which keeps the file bounded and the pauses short.
     */
    void compactWhenDue() {
        if (changedBytes >= COMPACT_FROM_BYTES) {
            int step = (int) Math.min(changedBytes, COMPACT_STEP_BYTES);
            changedBytes = 0;
            if (store.compact(FILL_PERCENT, step)) {
                store.commit();
                store.sync();
            }
        }
    }

    /** @return false if it is gone with the process */
    boolean isDurable() {
        return store.isPersistent();
    }

    /** @return grows with each change */
    long version() {
        return store.getCurrentVersion();
    }

    /** @return bytes; 0 in memory */
    long fileBytes() {
        return store.isPersistent() ? store.getFileStore().size() : 0;
    }

    void close() {
        close(store);
    }

    /** Lets go of the file as it is. */
    void abandon() {
        store.closeImmediately();
    }
}
