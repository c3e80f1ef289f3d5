package dev.portcullis.ops.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file to which lines are added at its end, whatever else happens to it: if it was renamed or removed, a new one is made before the next line; if it was truncated, the next
 * line is its first. A new file is readable and writable by its owner alone. One thread.
 */
final class AuditFile implements AuditDestination {
    private static final Set<StandardOpenOption> APPENDING =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

    private final Path file;
    private FileChannel channel;
    private @Nullable Object key;

    private AuditFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.key = keyOf(file);
    }

    /** @throws IOException it cannot be made, or not be written to */
    static AuditFile open(Path file) throws IOException {
        var folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        return new AuditFile(file, channel(file));
    }

    @Override
    public void write(byte[] lines) throws IOException {
        if (!isStillThere()) {
            channel.close();
            channel = channel(file);
            key = keyOf(file);
        }
        var buffer = ByteBuffer.wrap(lines);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Whether the file of this name is the one that is open (its inode is the same). */
    private boolean isStillThere() throws IOException {
        try {
            return channel.isOpen() && Objects.equals(key, keyOf(file));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static @Nullable Object keyOf(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, APPENDING, forOwnerAlone(file));
    }

    private static FileAttribute<?>[] forOwnerAlone(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
