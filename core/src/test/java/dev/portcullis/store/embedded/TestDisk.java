package dev.portcullis.store.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * A disk under a store, for tests: it remembers what was written since the last fsync, can be asked what would be left of a file if the power went now, and can
 * be full. One store, one thread that writes.
 */
public final class TestDisk extends FilePathWrapper {
    private static final int SECTOR_BYTES = 512;
    private static final Map<String, TestDisk> DISKS = new ConcurrentHashMap<>();

    private final List<Write> unsynced = new ArrayList<>();
    private byte[] synced = new byte[0];
    private Consumer<TestDisk> beforeSync = disk -> {};
    private volatile boolean full;

    public TestDisk() {}

    /** A disk for this file; what it holds is on the disk. */
    static TestDisk under(Path file) throws IOException {
        FilePath.register(new TestDisk());
        var disk = new TestDisk();
        disk.synced = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        DISKS.put(file.toString(), disk);
        return disk;
    }

    static String nameOf(Path file) {
        return "testdisk:" + file;
    }

    /** Called on the writing thread whenever it wants to be sure that all is on the disk, while it is not yet. */
    void beforeSync(Consumer<TestDisk> action) {
        beforeSync = action;
    }

    /** Whether writing fails from now on. */
    void full(boolean full) {
        this.full = full;
    }

    /** What a power cut would leave: all that was synced, and of each later write any of its sectors or none. */
    byte[] afterPowerCut(Random random) {
        byte[] image = synced.clone();
        int mode = random.nextInt(3);
        for (Write write : unsynced) {
            for (int at = 0; at < Math.max(1, write.bytes.length); at += SECTOR_BYTES) {
                boolean reached = switch (mode) {
                    case 0 -> random.nextBoolean();
                    case 1 -> random.nextInt(20) > 0;
                    default -> random.nextInt(20) == 0;
                };
                if (reached) {
                    image = write.sector(at).applyTo(image);
                }
            }
        }
        return image;
    }

    private void sync() {
        beforeSync.accept(this);
        for (Write write : unsynced) {
            synced = write.applyTo(synced);
        }
        unsynced.clear();
    }

    @Override
    public String getScheme() {
        return "testdisk";
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        String file = getBase().toString();
        var channel = FileChannel.open(
                Path.of(file), StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        return new FooterLastChannel(new Channel(channel, DISKS.get(file)));
    }

    /** Bytes to a place; no bytes and a place mean the file's end is there. */
    private record Write(long position, byte[] bytes, boolean truncates) {
        Write sector(int at) {
            return truncates
                    ? this
                    : new Write(
                            position + at,
                            Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + SECTOR_BYTES)),
                            false);
        }

        byte[] applyTo(byte[] image) {
            if (truncates) {
                return Arrays.copyOf(image, (int) Math.min(position, image.length));
            }
            int end = (int) position + bytes.length;
            byte[] written = image.length < end ? Arrays.copyOf(image, end) : image;
            System.arraycopy(bytes, 0, written, (int) position, bytes.length);
            return written;
        }
    }

    private static final class Channel extends FileBaseDefault {
        private final FileChannel file;
        private final TestDisk disk;

        Channel(FileChannel file, TestDisk disk) {
            this.file = file;
            this.disk = disk;
        }

        @Override
        public synchronized int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public synchronized int write(ByteBuffer source, long position) throws IOException {
            if (disk.full) {
                throw new IOException("No space left on device");
            }
            byte[] bytes = new byte[source.remaining()];
            source.duplicate().get(bytes);
            disk.unsynced.add(new Write(position, bytes, false));
            return file.write(source, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        protected void implTruncate(long size) throws IOException {
            disk.unsynced.add(new Write(size, new byte[0], true));
            file.truncate(size);
        }

        @Override
        public void force(boolean metaData) throws IOException {
            disk.sync(); // this disk's word is enough: no real one has to turn
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return file.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }
    }
}
