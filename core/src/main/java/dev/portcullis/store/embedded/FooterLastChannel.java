package dev.portcullis.store.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.ArrayList;
import java.util.List;
import org.h2.store.fs.FileBaseDefault;

/**
 * Gives MVStore the order on the disk that it counts on. It takes a chunk for good if its first and its last bytes fit together, whatever stands between, and
 * trusts that a chunk its header names is there; but a disk that loses power may have written any sectors of what was not synced. So the last sector of a chunk is
 * kept here until the rest is known to be on the disk, and the header until the chunk is:
 *
 * <pre>
 * write   the chunk, its last sector as zeros      the header: nothing yet       (readers are given both from here)
 * force   sync ► the last sectors ► sync ► the header, which the next force syncs
 * </pre>
 *
 * A disk is trusted to write one sector of 512 bytes whole or not at all. Writes and force: one thread; reads: any.
 */
final class FooterLastChannel extends FileBaseDefault {
    private static final int SECTOR_BYTES = 512;

    /** Before this stand the two copies of the store's header, each within a sector and with a checksum of its own. */
    private static final int CHUNKS_FROM = 2 * 4096;

    private final FileChannel file;
    private volatile List<Held> footers = List.of();
    private volatile List<Held> headers = List.of();

    FooterLastChannel(FileChannel file) {
        this.file = file;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // one thread writes; no position is kept
    public int write(ByteBuffer source, long position) throws IOException {
        int bytes = source.remaining();
        if (position < CHUNKS_FROM && file.size() >= CHUNKS_FROM) {
            headers = withMore(headers, take(source, bytes, position));
            return bytes;
        }
        if (position < CHUNKS_FROM || bytes <= SECTOR_BYTES) {
            return writeAll(source, position);
        }
        int bodyBytes = bytes - SECTOR_BYTES;
        ByteBuffer body = source.duplicate().limit(source.position() + bodyBytes);
        source.position(body.limit());
        footers = withMore(footers, take(source, SECTOR_BYTES, position + bodyBytes));
        writeAll(body, position);
        writeAll(ByteBuffer.allocate(SECTOR_BYTES), position + bodyBytes);
        return bytes;
    }

    private static Held take(ByteBuffer source, int bytes, long position) {
        byte[] taken = new byte[bytes];
        source.get(taken);
        return new Held(position, taken);
    }

    private static List<Held> withMore(List<Held> held, Held one) {
        var more = new ArrayList<>(held);
        more.add(one);
        return List.copyOf(more);
    }

    private int writeAll(ByteBuffer source, long position) throws IOException {
        int written = 0;
        while (source.hasRemaining()) {
            written += file.write(source, position + written);
        }
        return written;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // many readers come at once; no position is kept
    public int read(ByteBuffer target, long position) throws IOException {
        List<Held> footersBefore = footers; // looked at first: one that is written meanwhile is not missed
        List<Held> headersBefore = headers;
        int at = target.position();
        int read = file.read(target, position);
        footersBefore.forEach(held -> held.copyInto(target, at, position, read));
        headersBefore.forEach(held -> held.copyInto(target, at, position, read));
        return read;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        file.force(false); // sizes included; times of last change are of no use to us
        if (!footers.isEmpty()) {
            for (Held footer : footers) {
                writeAll(ByteBuffer.wrap(footer.bytes), footer.position);
            }
            file.force(false);
            footers = List.of();
        }
        for (Held header : headers) {
            writeAll(ByteBuffer.wrap(header.bytes), header.position);
        }
        headers = List.of();
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    protected void implTruncate(long size) throws IOException {
        file.truncate(size);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close(); // what was never forced is as good as never written
    }

    /** What is not yet given to the file, and where in it it belongs. */
    private record Held(long position, byte[] bytes) {
        /** Puts what overlaps into {@code target}, in which {@code read} bytes from {@code from} stand at {@code at}. */
        void copyInto(ByteBuffer target, int at, long from, int read) {
            long begin = Math.max(from, position);
            long end = Math.min(from + read, position + bytes.length);
            if (begin < end) {
                target.put(at + (int) (begin - from), bytes, (int) (begin - position), (int) (end - begin));
            }
        }
    }
}
