package dev.portcullis.store.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * Files that stay open when a thread that reads them is interrupted. A {@link FileChannel} would be closed under everybody (its Javadoc, "asynchronously
 * closeable and interruptible"), and reads run on the threads of callers who may well be interrupted. Public only because MVStore makes its own instances.
 */
public final class UninterruptibleFilePath extends FilePathWrapper {
    private static final String SCHEME = "uninterruptible";

    /** @return {@code file} as MVStore is to be told it */
    static String nameOf(Path file) {
        FilePath.register(new UninterruptibleFilePath());
        return SCHEME + ':' + file;
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        Set<StandardOpenOption> options = mode.equals("r")
                ? Set.of(StandardOpenOption.READ)
                : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        return new FooterLastChannel(
                new Channel(AsynchronousFileChannel.open(Path.of(getBase().toString()), options, null)));
    }

    private static final class Channel extends FileBaseDefault {
        private final AsynchronousFileChannel file;

        Channel(AsynchronousFileChannel file) {
            this.file = file;
        }

        // Not synchronized as the inherited one is: it is given a position, and many readers come at once.
        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // touches no state of this object
        public int read(ByteBuffer target, long position) throws IOException {
            return await(file.read(target, position));
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // touches no state of this object
        public int write(ByteBuffer source, long position) throws IOException {
            return await(file.write(source, position));
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
        public void force(boolean metaData) throws IOException {
            file.force(metaData);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return file.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }

        /** Waits to the end, and keeps an interruption for whoever looks next. */
        private static int await(Future<Integer> transfer) throws IOException {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return transfer.get();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    } catch (ExecutionException e) {
                        throw new IOException("reading or writing the file failed", e.getCause());
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
